/// An attribute of a node.
package struct AttributeProto: Sendable {
  package var name: String
  package var value: Value
  package var documentation = ""

  package init(_ name: String, _ value: Value) { (self.name, self.value) = (name, value) }

  /// Exactly one of the fields of `AttributeProto`, as its `type` says.
  package indirect enum Value: Sendable {
    case float(Float)
    case integer(Int64)
    /// Usually UTF-8; the format does not promise it.
    case string([UInt8])
    case tensor(TensorProto)
    case graph(GraphProto)
    case sparseTensor(SparseTensorProto)
    case type(TypeProto)
    case floats([Float])
    case integers([Int64])
    case strings([[UInt8]])
    case tensors([TensorProto])
    case graphs([GraphProto])
    case sparseTensors([SparseTensorProto])
    case types([TypeProto])
    /// Inside a function: the value of the caller's attribute of that name, or none.
    case reference(String)
  }

  /// `AttributeProto.AttributeType`.
  enum Kind: Int32, CaseIterable, Sendable {
    case float = 1, integer, string, tensor, graph, floats, integers, strings, tensors, graphs
    case sparseTensor, sparseTensors, type, types
  }
}

extension AttributeProto.Value {
  /// Which field holds the value; a reference does not say for which one it stands.
  var kind: AttributeProto.Kind? {
    switch self {
    case .float: .float
    case .integer: .integer
    case .string: .string
    case .tensor: .tensor
    case .graph: .graph
    case .sparseTensor: .sparseTensor
    case .type: .type
    case .floats: .floats
    case .integers: .integers
    case .strings: .strings
    case .tensors: .tensors
    case .graphs: .graphs
    case .sparseTensors: .sparseTensors
    case .types: .types
    case .reference: nil
    }
  }
}
