/// Reads JSON text token by token, as RFC 8259 has it and no laxer: valid UTF-8, no byte order mark, no
/// trailing comma, no comment, no NaN, no lone surrogate, containers at most `depthLimit` deep.
///
/// Lives inside the closure that lends it the bytes. Every error names the source, line, column and byte.
package struct JSONScanner {
  let bytes: UnsafeRawBufferPointer
  private let source: String
  private let base: Int
  private let depthLimit: Int
  private var containers: [Container] = []
  /// Where the next token is looked for.
  var offset = 0
  /// Where the last token began.
  private(set) var start = 0

  private enum Container {
    case object(isFresh: Bool)
    case array(isFresh: Bool)
  }

  /// What a token's first byte announces.
  package enum Kind: String, Sendable {
    case object = "an object"
    case array = "an array"
    case string = "a string"
    case number = "a number"
    case bool = "a boolean"
    case null = "null"
  }

  /// Throws iff `bytes` are not valid UTF-8 or begin with a byte order mark.
  ///
  /// `source` names the text in errors; `base` is the place of the first byte in it.
  package init(_ bytes: UnsafeRawBufferPointer, source: String, base: Int = 0, depthLimit: Int = 64)
    throws(Diagnostic)
  {
    (self.bytes, self.source, self.base, self.depthLimit) = (bytes, source, base, depthLimit)
    if let offset = bytes.firstInvalidUTF8 { throw error(.notUTF8(bytes[offset]), at: offset) }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw error(.byteOrderMark, at: 0) }
  }

  /// What comes next, without taking it.
  package mutating func next() throws(Diagnostic) -> Kind {
    skipSpace()
    start = offset
    guard let byte = byte(at: offset) else { throw unexpected("a value") }
    switch byte {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "n"): return .null
    default: throw unexpected("a value")
    }
  }

  /// Takes the `{`; then `key()` until it gives `nil`, a value after each.
  package mutating func enterObject() throws(Diagnostic) {
    try expect(.object)
    try enter(.object(isFresh: true))
  }

  /// Takes the `[`; then `element()` until it gives `false`, a value after each.
  package mutating func enterArray() throws(Diagnostic) {
    try expect(.array)
    try enter(.array(isFresh: true))
  }

  /// Takes the next key and its colon, or the `}` and gives `nil`. Throws iff the key is longer than `limit`
  /// bytes of text, besides what is no JSON.
  package mutating func key(limit: Int = .max) throws(Diagnostic) -> Name? {
    guard case .object(let isFresh)? = containers.last else { throw unexpected("no key") }
    guard try !close(UInt8(ascii: "}"), isFresh: isFresh) else { return nil }
    guard byte(at: offset) == UInt8(ascii: "\"") else { throw unexpected("a key in double quotes") }
    containers[containers.count - 1] = .object(isFresh: false)
    let key = Name(try text(limit: limit))
    let keyStart = start
    skipSpace()
    guard byte(at: offset) == UInt8(ascii: ":") else { throw unexpected("\":\"") }
    (start, offset) = (keyStart, offset + 1)
    return key
  }

  /// Whether another element follows; takes the comma before it, or the `]`.
  package mutating func element() throws(Diagnostic) -> Bool {
    guard case .array(let isFresh)? = containers.last else { throw unexpected("no element") }
    guard try !close(UInt8(ascii: "]"), isFresh: isFresh) else { return false }
    containers[containers.count - 1] = .array(isFresh: false)
    return true
  }

  package mutating func string(limit: Int = .max) throws(Diagnostic) -> String {
    try expect(.string)
    return try text(limit: limit)
  }

  package mutating func bool() throws(Diagnostic) -> Bool {
    try expect(.bool)
    let value = byte(at: offset) == UInt8(ascii: "t")
    try literal(value ? "true" : "false")
    return value
  }

  package mutating func null() throws(Diagnostic) {
    try expect(.null)
    try literal("null")
  }

  /// Throws iff anything but white space follows.
  package mutating func end() throws(Diagnostic) {
    skipSpace()
    guard offset == bytes.count else { throw unexpected("nothing more") }
  }

  /// Throws iff the next token is not of `kind`.
  mutating func expect(_ kind: Kind) throws(Diagnostic) {
    let found = try next()
    guard found == kind else { throw error(.wrongKind(found, kind), at: start) }
  }

  /// An error at the token read last.
  package func error(_ message: Diagnostic.Message) -> Diagnostic { error(message, at: start) }
}

extension JSONScanner {
  private mutating func enter(_ container: Container) throws(Diagnostic) {
    guard containers.count < depthLimit else { throw error(.tooDeep(depthLimit), at: offset) }
    containers.append(container)
    offset += 1
  }

  /// Takes the closing `bracket` and gives `true`, or the comma that must stand before another item.
  private mutating func close(_ bracket: UInt8, isFresh: Bool) throws(Diagnostic) -> Bool {
    skipSpace()
    start = offset
    let closes = "\"\(Character(Unicode.Scalar(bracket)))\""
    switch byte(at: offset) {
    case bracket:
      offset += 1
      containers.removeLast()
      return true
    case UInt8(ascii: ",") where !isFresh:
      offset += 1
      skipSpace()
      guard byte(at: offset) != bracket else { throw error(.trailingComma, at: start) }
      return false
    case nil where isFresh: throw unexpected(closes)
    default:
      guard isFresh else { throw unexpected("\",\" or " + closes) }
      return false
    }
  }

  private mutating func literal(_ word: StaticString) throws(Diagnostic) {
    let matches = word.withUTF8Buffer { word in
      offset + word.count <= bytes.count && bytes[offset..<offset + word.count].elementsEqual(word)
    }
    guard matches else { throw unexpected("\"\(word)\"") }
    offset += word.utf8CodeUnitCount
  }

  private mutating func skipSpace() {
    while let byte = byte(at: offset), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      offset += 1
    }
  }

  /// The byte at `offset`, or `nil` iff the text has ended.
  func byte(at offset: Int) -> UInt8? { offset < bytes.count ? bytes[offset] : nil }

  mutating func begin(at offset: Int) { start = offset }

  /// The text has something else than `expected` at `offset`.
  func unexpected(_ expected: String) -> Diagnostic {
    guard offset < bytes.count else { return error(.ended(expected), at: offset) }
    let character = String(decoding: bytes[offset...].prefix(4), as: UTF8.self).unicodeScalars.first
    return error(.unexpected(character.map(String.init) ?? "", expected), at: offset)
  }

  func error(_ message: Diagnostic.Message, at offset: Int) -> Diagnostic {
    let before = bytes[..<min(offset, bytes.count)]
    let line = before.count { $0 == 0x0A } + 1
    let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
    return Diagnostic(message, at: "\(source):\(line):\(column) (byte \(base + offset))")
  }
}

extension Diagnostic.Message {
  fileprivate static func notUTF8(_ byte: UInt8) -> Self {
    "byte 0x\(String(byte, radix: 16)) does not belong to valid UTF-8"
  }
  fileprivate static var byteOrderMark: Self { "JSON text begins with a byte order mark; expected a value" }
  fileprivate static func ended(_ expected: String) -> Self {
    "JSON text ends where \(expected) was expected"
  }
  fileprivate static func unexpected(_ found: String, _ expected: String) -> Self {
    "JSON text has \(Name(found).quoted) where \(expected) was expected"
  }
  fileprivate static func wrongKind(_ found: JSONScanner.Kind, _ expected: JSONScanner.Kind) -> Self {
    "JSON text has \(found.rawValue) where \(expected.rawValue) was expected"
  }
  fileprivate static var trailingComma: Self { "JSON text has a trailing comma; expected another item" }
  fileprivate static func tooDeep(_ limit: Int) -> Self {
    "JSON text nests deeper than the \(limit) levels allowed"
  }
}
