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
}
