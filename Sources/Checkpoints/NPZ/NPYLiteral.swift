import Tensors

/// Reads the Python dictionary in the header of a NumPy array file, and no other Python:
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
struct NPYLiteral {
  private let text: [UInt8]
  private let site: String
  private var offset = 0

  init(_ text: [UInt8], site: String) { (self.text, self.site) = (text, site) }

  /// The type that the dictionary says. Throws iff it is none with exactly the three keys, or the array is
  /// not of plain little-endian numbers in row-major order.
  mutating func arrayType() throws(Diagnostic) -> TensorType {
    var (code, isColumnMajor, shape): (String?, Bool?, [Int]?) = (nil, nil, nil)
    try take("{")
    while !found("}") {
      let key = try string()
      try take(":")
      switch key {
      case "descr" where code == nil: code = try string()
      case "fortran_order" where isColumnMajor == nil: isColumnMajor = try bool()
      case "shape" where shape == nil: shape = try tuple()
      default: throw unexpected("descr, fortran_order and shape, once each")
      }
      if !found(",") {
        try take("}")
        break
      }
    }
    guard offset(skippingSpace: offset) == text.count, let code, let isColumnMajor, let shape else {
      throw unexpected("descr, fortran_order and shape, and nothing more")
    }
    guard let element = DType.allCases.first(where: { $0.numpy == code }) else {
      throw Diagnostic(.unknownType(code), at: site, help: "save it as little-endian numbers, unstructured")
    }
    guard !isColumnMajor || shape.count < 2 else {
      throw Diagnostic(.columnMajor, at: site, help: "save numpy.ascontiguousarray of it")
    }
    return TensorType(element, shape: shape)
  }

  private mutating func string() throws(Diagnostic) -> String {
    let quote: UInt8 = found("'", taking: false) ? UInt8(ascii: "'") : UInt8(ascii: "\"")
    guard found("'") || found("\"") else { throw unexpected("a string") }
    guard let end = text[offset...].firstIndex(of: quote), !text[offset..<end].contains(UInt8(ascii: "\\"))
    else { throw unexpected("a plain string") }
    defer { offset = end + 1 }
    return String(decoding: text[offset..<end], as: UTF8.self)
  }

  private mutating func bool() throws(Diagnostic) -> Bool {
    if found("True") { return true }
    try take("False")
    return false
  }

  private mutating func tuple() throws(Diagnostic) -> [Int] {
    var lengths: [Int] = []
    try take("(")
    while !found(")") {
      offset = offset(skippingSpace: offset)
      let digits = text[offset...].prefix { (0x30...0x39).contains($0) }
      guard let length = Int(String(decoding: digits, as: UTF8.self)), lengths.count < SafetensorsLimits.rank
      else { throw unexpected("a length, and at most \(SafetensorsLimits.rank) of them") }
      lengths.append(length)
      offset = digits.endIndex
      if !found(",") {
        try take(")")
        break
      }
    }
    return lengths
  }

  private mutating func take(_ word: String) throws(Diagnostic) {
    guard found(word) else { throw unexpected("\"\(word)\"") }
  }

  /// Whether `word` comes next; takes it then, unless told otherwise.
  private mutating func found(_ word: String, taking: Bool = true) -> Bool {
    let start = offset(skippingSpace: offset)
    guard text[start...].starts(with: word.utf8) else { return false }
    if taking { offset = start + word.utf8.count }
    return true
  }

  private func offset(skippingSpace start: Int) -> Int {
    text[start...].firstIndex { $0 != 0x20 && $0 != 0x0A } ?? text.count
  }

  private func unexpected(_ expected: String) -> Diagnostic {
    let found = String(decoding: text[offset...].prefix(40), as: UTF8.self)
    return Diagnostic(.unexpected(found, expected), at: site)
  }
}

extension Diagnostic.Message {
  fileprivate static func unexpected(_ found: String, _ expected: String) -> Self {
    "NumPy header has \(Name(found).quoted) where \(expected) was expected"
  }
  fileprivate static func unknownType(_ code: String) -> Self {
    "array has elements of NumPy type \(Name(code).quoted); expected plain little-endian numbers"
  }
  fileprivate static var columnMajor: Self { "array is in column-major order; expected row-major" }
}
