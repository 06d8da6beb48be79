extension JSONScanner {
  /// Takes the string whose opening quote stands at `offset`.
  mutating func text(limit: Int) throws(Diagnostic) -> String {
    begin(at: offset)
    offset += 1
    let first = offset
    while let byte = byte(at: offset), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
      offset += 1
    }
    guard byte(at: offset) == UInt8(ascii: "\"") else {
      return try textWithEscapes(from: first, limit: limit)
    }
    guard offset - first <= limit else { throw error(.tooLong(offset - first, limit)) }
    offset += 1
    return String(decoding: bytes[first..<offset - 1], as: UTF8.self)
  }

  private mutating func textWithEscapes(from first: Int, limit: Int) throws(Diagnostic) -> String {
    var text = Array(bytes[first..<offset])
    while let byte = byte(at: offset), byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw error(.control(byte), at: offset) }
      if byte == UInt8(ascii: "\\") {
        text.append(contentsOf: String(try escape()).utf8)
      } else {
        text.append(byte)
        offset += 1
      }
      guard text.count <= limit else { throw error(.tooLong(text.count, limit)) }
    }
    guard offset < bytes.count else { throw unexpected("the closing quote of a string") }
    offset += 1
    return String(decoding: text, as: UTF8.self)
  }

  /// Takes the escape whose backslash stands at `offset`.
  private mutating func escape() throws(Diagnostic) -> Character {
    let escapeStart = offset
    offset += 1
    let scalar: UInt32
    switch byte(at: offset) {
    case UInt8(ascii: "\""): scalar = 0x22
    case UInt8(ascii: "\\"): scalar = 0x5C
    case UInt8(ascii: "/"): scalar = 0x2F
    case UInt8(ascii: "b"): scalar = 0x08
    case UInt8(ascii: "f"): scalar = 0x0C
    case UInt8(ascii: "n"): scalar = 0x0A
    case UInt8(ascii: "r"): scalar = 0x0D
    case UInt8(ascii: "t"): scalar = 0x09
    case UInt8(ascii: "u"):
      scalar = try codePoint()
      guard let scalar = Unicode.Scalar(scalar) else { throw error(.loneSurrogate(scalar), at: escapeStart) }
      return Character(scalar)
    default: throw unexpected("an escape of JSON")
    }
    offset += 1
    return Unicode.Scalar(scalar).map(Character.init) ?? " "
  }

  /// Takes `uXXXX`, and the second half of a pair of surrogates where the first stands.
  private mutating func codePoint() throws(Diagnostic) -> UInt32 {
    offset += 1
    let high = try fourDigits()
    guard 0xD800...0xDBFF ~= high, byte(at: offset) == UInt8(ascii: "\\"),
      byte(at: offset + 1) == UInt8(ascii: "u")
    else { return high }
    let before = offset
    offset += 2
    let low = try fourDigits()
    guard 0xDC00...0xDFFF ~= low else {
      offset = before
      return high
    }
    return 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)
  }

  private mutating func fourDigits() throws(Diagnostic) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = byte(at: offset).flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
        throw unexpected("a hexadecimal digit")
      }
      value = value << 4 | UInt32(digit)
      offset += 1
    }
    return value
  }
}

extension Diagnostic.Message {
  fileprivate static func tooLong(_ count: Int, _ limit: Int) -> Self {
    "string is longer than the \(limit) bytes allowed: at least \(count) bytes"
  }
  fileprivate static func control(_ byte: UInt8) -> Self {
    "string holds the control byte 0x\(String(byte, radix: 16)); expected it escaped as \\u"
  }
  fileprivate static func loneSurrogate(_ value: UInt32) -> Self {
    "string holds \\u\(String(value, radix: 16)), half a surrogate pair; expected both halves or neither"
  }
}
