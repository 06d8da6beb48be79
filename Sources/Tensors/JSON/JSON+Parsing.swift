extension JSON {
  /// What becomes of an integer that `Int64` cannot hold.
  package enum WideIntegers: Sendable {
    /// The nearest double.
    case real
    /// An error.
    case refused
  }

  /// The value that `text` writes.
  ///
  /// Throws iff it is not exactly one value of RFC 8259 in valid UTF-8, a key comes twice in an object, or
  /// containers nest deeper than `depthLimit`. `source` names the text in errors.
  package init(
    parsing text: UnsafeRawBufferPointer, source: String = "JSON", depthLimit: Int = 64,
    wideIntegers: WideIntegers = .real
  ) throws(Diagnostic) {
    var scanner = try JSONScanner(text, source: source, depthLimit: min(depthLimit, 256))
    self = try JSON.next(of: &scanner, wideIntegers)
    try scanner.end()
  }

  package init(
    parsing text: [UInt8], source: String = "JSON", depthLimit: Int = 64, wideIntegers: WideIntegers = .real
  ) throws(Diagnostic) {
    let outcome = text.withUnsafeBytes { bytes in
      Result { () throws(Diagnostic) in
        try JSON(parsing: bytes, source: source, depthLimit: depthLimit, wideIntegers: wideIntegers)
      }
    }
    self = try outcome.get()
  }

  /// The next value; calls itself at most as deep as the scanner lets containers nest.
  private static func next(of scanner: inout JSONScanner, _ wideIntegers: WideIntegers) throws(Diagnostic)
    -> JSON
  {
    switch try scanner.next() {
    case .null:
      try scanner.null()
      return .null
    case .bool: return .bool(try scanner.bool())
    case .string: return .string(try scanner.string())
    case .number:
      switch try scanner.number() {
      case .integer(let value): return .integer(value)
      case .real(let value): return .real(value)
      case .wideInteger(let value):
        guard wideIntegers == .real else { throw scanner.error(.tooWide) }
        return .real(value)
      }
    case .array:
      var values: [JSON] = []
      try scanner.enterArray()
      while try scanner.element() { values.append(try next(of: &scanner, wideIntegers)) }
      return .array(values)
    case .object:
      var object = Object()
      try scanner.enterObject()
      while let key = try scanner.key() {
        guard object[key] == nil else { throw scanner.error(.duplicate(key)) }
        object.insert(try next(of: &scanner, wideIntegers), for: key)
      }
      return .object(object)
    }
  }
}

extension Diagnostic.Message {
  fileprivate static var tooWide: Self { "integer does not fit 64 bits" }
  fileprivate static func duplicate(_ key: Name) -> Self { "key \(key.quoted) comes twice in one object" }
}
