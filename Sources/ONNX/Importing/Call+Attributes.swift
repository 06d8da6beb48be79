import Tensors

extension Call {
  private func attribute(_ name: String) -> AttributeProto.Value? {
    node.attributes.first { $0.name == name }?.value
  }

  /// Whether the node gives the attribute.
  func has(_ name: String) -> Bool { attribute(name) != nil }

  /// The whole number under `name`, or `nil` iff there is none. Throws iff it is something else; so for all.
  func integer(_ name: String) throws(Diagnostic) -> Int? {
    switch attribute(name) {
    case nil: return nil
    case .integer(let number): return Int(number)
    default: throw .wrongKind(name, "a whole number", node)
    }
  }
  func integer(_ name: String, default number: Int) throws(Diagnostic) -> Int {
    try integer(name) ?? number
  }
  /// Whole numbers as ONNX says yes and no.
  func flag(_ name: String, default isSet: Bool = false) throws(Diagnostic) -> Bool {
    try integer(name).map { $0 != 0 } ?? isSet
  }
  func integers(_ name: String) throws(Diagnostic) -> [Int]? {
    switch attribute(name) {
    case nil: return nil
    case .integers(let numbers): return numbers.map(Int.init)
    default: throw .wrongKind(name, "a list of whole numbers", node)
    }
  }
  func real(_ name: String) throws(Diagnostic) -> Double? {
    switch attribute(name) {
    case nil: return nil
    case .float(let number): return Double(number)
    default: throw .wrongKind(name, "a real number", node)
    }
  }
  func real(_ name: String, default number: Double) throws(Diagnostic) -> Double {
    try real(name) ?? number
  }
  func reals(_ name: String) throws(Diagnostic) -> [Double]? {
    switch attribute(name) {
    case nil: return nil
    case .floats(let numbers): return numbers.map(Double.init)
    default: throw .wrongKind(name, "a list of real numbers", node)
    }
  }
  func text(_ name: String) throws(Diagnostic) -> String? {
    switch attribute(name) {
    case nil: return nil
    case .string(let bytes):
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw .wrongKind(name, "UTF-8 text", node)
      }
      return text
    default: throw .wrongKind(name, "text", node)
    }
  }
  func text(_ name: String, default text: String) throws(Diagnostic) -> String {
    try self.text(name) ?? text
  }
  func texts(_ name: String) throws(Diagnostic) -> [String]? {
    switch attribute(name) {
    case nil: return nil
    case .strings(let items): return items.map { String(decoding: $0, as: UTF8.self) }
    default: throw .wrongKind(name, "a list of texts", node)
    }
  }
  func tensor(_ name: String) throws(Diagnostic) -> Tensor? {
    switch attribute(name) {
    case nil: return nil
    case .tensor(let proto):
      guard case .tensor(let tensor) = proto.contents else { throw .wrongKind(name, "numbers", node) }
      return tensor
    default: throw .wrongKind(name, "a tensor", node)
    }
  }
  /// The texts under `name`: a tensor of them, a list or a single one; `nil` iff it holds none.
  func textTensor(_ name: String) -> TextTensor? {
    switch attribute(name) {
    case .tensor(let proto):
      guard case .strings(let elements, let shape) = proto.contents else { return nil }
      return TextTensor(elements: elements, shape: shape)
    case .strings(let elements): return TextTensor(elements: elements, shape: [elements.count])
    case .string(let element): return TextTensor(elements: [element], shape: [])
    default: return nil
    }
  }
  func sparseTensor(_ name: String) throws(Diagnostic) -> SparseTensorProto? {
    switch attribute(name) {
    case nil: return nil
    case .sparseTensor(let proto): return proto
    default: throw .wrongKind(name, "a sparse tensor", node)
    }
  }
  func graph(_ name: String) throws(Diagnostic) -> GraphProto {
    guard case .graph(let graph) = attribute(name) else { throw .wrongKind(name, "a graph", node) }
    return graph
  }
  /// The element type under `name`, a number of `TensorProto.DataType`.
  func element(_ name: String) throws(Diagnostic) -> DType? {
    guard let number = try integer(name) else { return nil }
    guard let code = Int32(exactly: number), let element = ElementType(rawValue: code)?.dtype else {
      throw refusal("has elements of type \(number), which are no numbers")
    }
    return element
  }
}

extension Diagnostic {
  fileprivate static func wrongKind(_ name: String, _ expected: String, _ node: NodeProto) -> Diagnostic {
    Diagnostic("attribute \(name) of \(node.operatorName) must be \(expected)")
  }
}
