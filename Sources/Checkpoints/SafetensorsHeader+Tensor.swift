import Tensors

extension SafetensorsHeader.Stored {
  /// Takes the object that says type, shape and place of the tensor `name`.
  ///
  /// The range counts from the begin of the data. Throws iff a field is missing, unknown or comes twice, or
  /// they do not agree.
  init(_ name: Name, from scanner: inout JSONScanner) throws(Diagnostic) {
    var element: DType?
    var shape: [Int]?
    var bounds: [Int]?
    guard try scanner.next() == .object else { throw scanner.error(.notObject(name)) }
    let start = scanner
    try scanner.enterObject()
    while let field = try scanner.key() {
      switch field {
      case "dtype" where element == nil: element = try Self.element(of: name, from: &scanner)
      case "shape" where shape == nil: shape = try Self.shape(of: name, from: &scanner)
      case "data_offsets" where bounds == nil: bounds = try Self.bounds(of: name, from: &scanner)
      case "dtype", "shape", "data_offsets": throw scanner.error(.twice(field, name))
      default: throw scanner.error(.unknownField(field, name))
      }
    }
    guard let element else { throw start.error(.missingField("dtype", name)) }
    guard let shape else { throw start.error(.missingField("shape", name)) }
    guard let bounds else { throw start.error(.missingField("data_offsets", name)) }
    let type = TensorType(element, shape: shape)
    guard let count = TensorType.count(shape), !count.multipliedReportingOverflow(by: element.bits).overflow
    else { throw start.error(.overflow(type, name)) }
    guard type.fillsBytes, let size = type.byteCount else { throw start.error(.brokenByte(type, name)) }
    guard bounds[0] <= bounds[1] else { throw start.error(.reversed(bounds, name)) }
    guard bounds[1] - bounds[0] == size else {
      throw start.error(.wrongSize(type, size, bounds[1] - bounds[0], name))
    }
    self.init(name: name, type: type, range: bounds[0]..<bounds[1])
  }

  private static func element(of name: Name, from scanner: inout JSONScanner) throws(Diagnostic) -> DType {
    let kind = try scanner.next()
    guard kind == .string else { throw scanner.error(.unknownType(kind.rawValue, name)) }
    let text = try scanner.string()
    guard let element = DType(safetensors: text) else {
      throw scanner.error(.unknownType(Name(text).quoted, name))
    }
    return element
  }

  private static func shape(of name: Name, from scanner: inout JSONScanner) throws(Diagnostic) -> [Int] {
    guard try scanner.next() == .array else { throw scanner.error(.notList("shape", name)) }
    var shape: [Int] = []
    try scanner.enterArray()
    while try scanner.element() {
      let length = try scanner.count()
      guard length <= SafetensorsLimits.length else { throw scanner.error(.tooLong(length, name)) }
      guard shape.count < SafetensorsLimits.rank else { throw scanner.error(.tooManyAxes(name)) }
      shape.append(length)
    }
    return shape
  }

  private static func bounds(of name: Name, from scanner: inout JSONScanner) throws(Diagnostic) -> [Int] {
    guard try scanner.next() == .array else { throw scanner.error(.notList("data_offsets", name)) }
    let start = scanner
    var bounds: [Int] = []
    try scanner.enterArray()
    while try scanner.element() {
      bounds.append(try scanner.count())
      guard bounds.count <= 2 else { throw start.error(.notTwoOffsets(name)) }
    }
    guard bounds.count == 2 else { throw start.error(.notTwoOffsets(name)) }
    return bounds
  }
}

extension Diagnostic.Message {
  fileprivate static func notObject(_ name: Name) -> Self {
    "tensor \(name.quoted) is described by no object; expected dtype, shape and data_offsets"
  }
  fileprivate static func twice(_ field: Name, _ name: Name) -> Self {
    "\(field) comes twice for tensor \(name.quoted)"
  }
  fileprivate static func unknownField(_ field: Name, _ name: Name) -> Self {
    "tensor \(name.quoted) has the unknown field \(field.quoted); expected dtype, shape and data_offsets"
  }
  fileprivate static func missingField(_ field: Name, _ name: Name) -> Self {
    "\(field) is missing for tensor \(name.quoted)"
  }
  fileprivate static func unknownType(_ found: String, _ name: Name) -> Self {
    let known = DType.allCases.compactMap(\.safetensors).joined(separator: " ")
    return "dtype of tensor \(name.quoted) is \(found); expected one of \(known)"
  }
  fileprivate static func notList(_ field: Name, _ name: Name) -> Self {
    "\(field) of tensor \(name.quoted) is no list of non-negative integers"
  }
  fileprivate static func tooLong(_ length: Int, _ name: Name) -> Self {
    "an axis of tensor \(name.quoted) has \(length) elements; at most \(SafetensorsLimits.length) are allowed"
  }
  fileprivate static func tooManyAxes(_ name: Name) -> Self {
    "tensor \(name.quoted) has more than the \(SafetensorsLimits.rank) axes allowed"
  }
  fileprivate static func notTwoOffsets(_ name: Name) -> Self {
    "data_offsets of tensor \(name.quoted) are not two; expected begin and end"
  }
  fileprivate static func overflow(_ type: TensorType, _ name: Name) -> Self {
    "size of tensor \(name.quoted), \(type), overflows 63 bits"
  }
  fileprivate static func brokenByte(_ type: TensorType, _ name: Name) -> Self {
    "tensor \(name.quoted), \(type), does not fill whole bytes"
  }
  fileprivate static func reversed(_ bounds: [Int], _ name: Name) -> Self {
    "data_offsets of tensor \(name.quoted) run backwards, from \(bounds[0]) to \(bounds[1])"
  }
  fileprivate static func wrongSize(_ type: TensorType, _ size: Int, _ found: Int, _ name: Name) -> Self {
    "tensor \(name.quoted), \(type), takes \(size) bytes, but its data_offsets span \(found)"
  }
}
