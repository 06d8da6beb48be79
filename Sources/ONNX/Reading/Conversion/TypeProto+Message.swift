import COnnx
import Tensors

extension TypeProto {
  /// What `message` says, or `nil` iff it says nothing.
  ///
  /// Throws iff it says more than one thing or an element type that the format does not have.
  init?(_ message: Onnx__TypeProto) throws(Diagnostic) {
    var types: [TypeProto] = []
    if let tensor = message.tensor_type?.pointee {
      types.append(.tensor(try ElementType(number: tensor.elem_type), try .init(tensor.shape)))
    }
    if let tensor = message.sparse_tensor_type?.pointee {
      types.append(.sparseTensor(try ElementType(number: tensor.elem_type), try .init(tensor.shape)))
    }
    if let sequence = message.sequence_type?.pointee {
      types.append(.sequence(try TypeProto(stated: sequence.elem_type)))
    }
    if let optional = message.optional_type?.pointee {
      types.append(.optional(try TypeProto(stated: optional.elem_type)))
    }
    if let map = message.map_type?.pointee {
      types.append(
        .map(key: try ElementType(number: map.key_type), try TypeProto(stated: map.value_type)))
    }
    if let opaque = message.opaque_type?.pointee {
      types.append(.opaque(domain: String(opaque.domain), name: String(opaque.name)))
    }
    guard types.count <= 1 else { throw .severalTypes(types.count) }
    guard let type = types.first else { return nil }
    self = type
  }
}

extension TypeProto {
  /// What `message` says. Throws iff it is absent or says nothing.
  init(stated message: UnsafeMutablePointer<Onnx__TypeProto>?) throws(Diagnostic) {
    guard let message, let type = try TypeProto(message.pointee) else { throw .noType }
    self = type
  }
}

extension [TypeProto.Dimension]? {
  fileprivate init(_ message: UnsafeMutablePointer<Onnx__TensorShapeProto>?) throws(Diagnostic) {
    guard let shape = message?.pointee else {
      self = nil
      return
    }
    self = try converted(shape.n_dim, shape.dim) { dimension throws(Diagnostic) in
      try TypeProto.Dimension(dimension)
    }
  }
}

extension TypeProto.Dimension {
  /// Exporters write an unknown length as -1, "?" or an empty name, too.
  fileprivate init(_ message: Onnx__TensorShapeProto__Dimension) throws(Diagnostic) {
    let name = String(message.dim_param)
    switch (message.has_dim_value != 0, message.has_dim_param != 0) {
    case (true, true): throw .twoLengths(message.dim_value, name)
    case (true, false) where message.dim_value < 0: self = .unknown
    case (true, false): self = .fixed(Int(message.dim_value))
    case (false, _): self = ["", "?", "-1"].contains(name) ? .unknown : .named(name)
    }
  }
}

extension ElementType {
  /// Throws iff the format has no element type `number`.
  init(number: Int32) throws(Diagnostic) {
    guard let type = ElementType(rawValue: number) else { throw .badElement(number) }
    self = type
  }
}

extension Diagnostic {
  fileprivate static func severalTypes(_ count: Int) -> Diagnostic {
    Diagnostic("the type is \(count) types at once; expected one")
  }
  fileprivate static var noType: Diagnostic { Diagnostic("the type says nothing; expected an element type") }
  fileprivate static func twoLengths(_ length: Int64, _ name: String) -> Diagnostic {
    Diagnostic("an axis is \(length) and \(Name(name).quoted) at once; expected one of them")
  }
  fileprivate static func badElement(_ number: Int32) -> Diagnostic {
    Diagnostic(
      "element type is \(number); expected 0 to \(ElementType.allCases.count - 1)",
      help: "the file may need a newer format than IR version 14")
  }
}
