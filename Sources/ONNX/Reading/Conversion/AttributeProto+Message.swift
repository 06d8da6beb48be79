import COnnx
import Tensors

extension AttributeProto {
  /// What `message` says. Throws iff it has not exactly the field that its `type` names.
  init(_ message: Onnx__AttributeProto, from source: inout ModelSource) throws(Diagnostic) {
    let name = String(message.name)
    do throws(Diagnostic) {
      self.init(name, try Value(message, from: &source))
    } catch {
      throw error.noting("it is in attribute \(Name(name).quoted)")
    }
    documentation = String(message.doc_string)
  }
}

extension AttributeProto.Value {
  fileprivate init(_ message: Onnx__AttributeProto, from source: inout ModelSource) throws(Diagnostic) {
    let present = AttributeProto.Kind.allCases.filter { $0.isPresent(in: message) }
    let reference = String(message.ref_attr_name)
    guard reference.isEmpty else {
      guard present.isEmpty else { throw .referenceAndValue(reference) }
      self = .reference(reference)
      return
    }
    // Version 1 of the format had no types.
    guard let kind = message.type == 0 ? present.first : AttributeProto.Kind(rawValue: message.type) else {
      throw .noType(message.type)
    }
    guard present.allSatisfy({ $0 == kind }) else {
      throw .otherField("\(kind)", present.map { "\($0)" }.joined(separator: " and "))
    }
    switch kind {
    case .float: self = .float(message.f)
    case .integer: self = .integer(message.i)
    case .string: self = .string([UInt8](message.s))
    case .tensor:
      guard let tensor = message.t else { throw .noValue("\(kind)") }
      self = .tensor(try TensorProto(tensor.pointee, from: &source))
    case .graph:
      guard let graph = message.g else { throw .noValue("\(kind)") }
      self = .graph(try GraphProto(graph.pointee, from: &source))
    case .sparseTensor:
      guard let tensor = message.sparse_tensor else { throw .noValue("\(kind)") }
      self = .sparseTensor(try SparseTensorProto(tensor.pointee, from: &source))
    case .type:
      self = .type(try TypeProto(stated: message.tp))
    default: self = try .init(list: kind, message, from: &source)
    }
  }

  private init(
    list kind: AttributeProto.Kind, _ message: Onnx__AttributeProto, from source: inout ModelSource
  )
    throws(Diagnostic)
  {
    switch kind {
    case .floats: self = .floats(Array(elements(message.n_floats, message.floats)))
    case .strings: self = .strings(elements(message.n_strings, message.strings).map { [UInt8]($0) })
    case .tensors:
      self = .tensors(
        try converted(message.n_tensors, message.tensors) { tensor throws(Diagnostic) in
          try TensorProto(tensor, from: &source)
        })
    case .graphs:
      self = .graphs(
        try converted(message.n_graphs, message.graphs) { graph throws(Diagnostic) in
          try GraphProto(graph, from: &source)
        })
    case .sparseTensors:
      self = .sparseTensors(
        try converted(message.n_sparse_tensors, message.sparse_tensors) { tensor throws(Diagnostic) in
          try SparseTensorProto(tensor, from: &source)
        })
    case .types:
      self = .types(
        try elements(message.n_type_protos, message.type_protos).map { type throws(Diagnostic) in
          try TypeProto(stated: type)
        })
    default: self = .integers(Array(elements(message.n_ints, message.ints)))
    }
  }
}

extension AttributeProto.Kind {
  /// Whether the field of this kind is in `message`.
  fileprivate func isPresent(in message: Onnx__AttributeProto) -> Bool {
    switch self {
    case .float: message.has_f != 0
    case .integer: message.has_i != 0
    case .string: message.has_s != 0
    case .tensor: message.t != nil
    case .graph: message.g != nil
    case .floats: message.n_floats > 0
    case .integers: message.n_ints > 0
    case .strings: message.n_strings > 0
    case .tensors: message.n_tensors > 0
    case .graphs: message.n_graphs > 0
    case .sparseTensor: message.sparse_tensor != nil
    case .sparseTensors: message.n_sparse_tensors > 0
    case .type: message.tp != nil
    case .types: message.n_type_protos > 0
    }
  }
}

extension Diagnostic {
  fileprivate static func referenceAndValue(_ name: String) -> Diagnostic {
    Diagnostic("the attribute refers to \(Name(name).quoted) and has a value as well; expected one of them")
  }
  fileprivate static func noType(_ type: Int32) -> Diagnostic {
    Diagnostic("the attribute has type \(type); expected 1 to 14")
  }
  fileprivate static func otherField(_ kind: String, _ present: String) -> Diagnostic {
    Diagnostic("the attribute says that it is a \(kind), but its value is a \(present)")
  }
  fileprivate static func noValue(_ kind: String) -> Diagnostic {
    Diagnostic("the attribute says that it is a \(kind), but has no value")
  }
}
