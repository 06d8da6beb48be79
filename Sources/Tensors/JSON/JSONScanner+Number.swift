extension JSONScanner {
  /// A number as it is written.
  package enum Number: Sendable {
    case integer(Int64)
    /// Without fraction and exponent, but beyond `Int64`: the nearest double.
    case wideInteger(Double)
    case real(Double)
  }

  /// Throws iff the next token is no number of RFC 8259, or one beyond every finite double.
  package mutating func number() throws(Diagnostic) -> Number {
    try expect(.number)
    let isInteger = try takeNumber()
    let digits = bytes[start..<offset]
    let text = String(decoding: digits, as: UTF8.self)
    if isInteger, let value = Int64(text), text != "-0" { return .integer(value) }
    guard let value = Double(text), value.isFinite else { throw error(.outOfRange(text)) }
    return isInteger && value != 0 ? .wideInteger(value) : .real(value)
  }

  /// Throws iff the next token is not a number written as digits alone that fits `Int`.
  package mutating func count() throws(Diagnostic) -> Int {
    let found = try next()
    guard found == .number else { throw error(.notACount(found.rawValue)) }
    let isInteger = try takeNumber()
    let digits = bytes[start..<offset]
    guard isInteger, digits.first != UInt8(ascii: "-") else {
      throw error(.notACount(String(decoding: digits.prefix(40), as: UTF8.self)))
    }
    var value = 0
    for digit in digits {
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow2) = tens.addingReportingOverflow(Int(digit - UInt8(ascii: "0")))
      guard !overflow, !overflow2 else {
        throw error(.countTooLarge(String(decoding: digits.prefix(40), as: UTF8.self)))
      }
      value = sum
    }
    return value
  }

  /// Takes the number at `start` and tells whether it has neither fraction nor exponent.
  private mutating func takeNumber() throws(Diagnostic) -> Bool {
    var isInteger = true
    if byte(at: offset) == UInt8(ascii: "-") { offset += 1 }
    if byte(at: offset) == UInt8(ascii: "0") {
      offset += 1
      if let byte = byte(at: offset), byte.isDigit { throw error(.leadingZero) }
    } else {
      try takeDigits()
    }
    if byte(at: offset) == UInt8(ascii: ".") {
      isInteger = false
      offset += 1
      try takeDigits()
    }
    if let byte = byte(at: offset), byte | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      offset += 1
      if let sign = self.byte(at: offset), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
        offset += 1
      }
      try takeDigits()
    }
    return isInteger
  }

  private mutating func takeDigits() throws(Diagnostic) {
    let first = offset
    while let byte = byte(at: offset), byte.isDigit { offset += 1 }
    guard offset > first else { throw unexpected("a digit") }
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}

extension Diagnostic.Message {
  fileprivate static var leadingZero: Self { "number has a leading zero; JSON allows none" }
  fileprivate static func outOfRange(_ text: String) -> Self {
    "number \(text.prefix(40)) is beyond the range of a double"
  }
  fileprivate static func notACount(_ found: String) -> Self {
    "JSON text has \(found) where a non-negative integer was expected"
  }
  fileprivate static func countTooLarge(_ text: String) -> Self {
    "JSON text has \(text) where a non-negative integer below 2^63 was expected"
  }
}
