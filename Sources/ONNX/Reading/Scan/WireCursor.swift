import Tensors

/// Reads protobuf's wire format, never past `end`.
///
/// Source: protobuf.dev/programming-guides/encoding.
struct WireCursor {
  let bytes: UnsafeRawBufferPointer
  var position: Int
  /// Where the message that is being read ends.
  var end: Int

  /// At the begin of `range`, which the caller has checked to lie inside `bytes`.
  init(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) {
    (self.bytes, position, end) = (bytes, range.lowerBound, range.upperBound)
  }

  var isAtEnd: Bool { position >= end }

  /// What follows a tag.
  enum WireType: UInt64 {
    case varint, fixed64, delimited, groupBegin, groupEnd, fixed32
  }

  struct Tag {
    let number: Int
    let type: WireType
  }

  /// Takes a tag. Throws iff there is none that the format allows.
  mutating func tag() throws(Diagnostic) -> Tag {
    let start = position
    let value = try varint()
    guard let type = WireType(rawValue: value & 7), type != .groupBegin, type != .groupEnd else {
      throw .badWireType(value & 7, start)
    }
    guard let number = Int(exactly: value >> 3), (1..<1 << 29).contains(number) else {
      throw .badNumber(value >> 3, start)
    }
    return Tag(number: number, type: type)
  }

  /// Takes a number of one to ten bytes.
  mutating func varint() throws(Diagnostic) -> UInt64 {
    let start = position
    var value: UInt64 = 0
    for shift in stride(from: 0, through: 63, by: 7) {
      guard position < end else { throw .cutNumber(start) }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << UInt64(shift)
      guard byte & 0x80 != 0 else {
        guard shift < 63 || byte <= 1 else { throw .longNumber(start) }
        return value
      }
    }
    throw .longNumber(start)
  }

  /// Takes the length of a field and gives the place of what follows it, without taking that.
  mutating func delimited() throws(Diagnostic) -> Range<Int> {
    let start = position
    let length = try varint()
    guard length <= UInt64(end - position) else { throw .pastEnd(length, start, end) }
    return position..<position + Int(length)
  }

  /// Takes `count` bytes.
  mutating func fixed(_ count: Int) throws(Diagnostic) -> Range<Int> {
    guard count <= end - position else { throw .pastEnd(UInt64(count), position, end) }
    defer { position += count }
    return position..<position + count
  }

  /// Takes what follows a tag of `type` and gives its place, the length in front of it left out.
  mutating func payload(_ type: WireType) throws(Diagnostic) -> Range<Int> {
    switch type {
    case .varint:
      let start = position
      _ = try varint()
      return start..<position
    case .fixed32: return try fixed(4)
    case .fixed64: return try fixed(8)
    case .delimited, .groupBegin, .groupEnd:
      let range = try delimited()
      position = range.upperBound
      return range
    }
  }
}

extension Diagnostic {
  fileprivate static func badWireType(_ type: UInt64, _ place: Int) -> Diagnostic {
    Diagnostic(
      "byte \(place) begins a field of wire type \(type); expected 0, 1, 2 or 5", help: .notProtobuf)
  }
  fileprivate static func badNumber(_ number: UInt64, _ place: Int) -> Diagnostic {
    Diagnostic(
      "byte \(place) begins field \(number); expected a number from 1 to 536870911", help: .notProtobuf)
  }
  fileprivate static func cutNumber(_ place: Int) -> Diagnostic {
    Diagnostic("the number that begins at byte \(place) is cut off by the end of its message", help: .cut)
  }
  fileprivate static func longNumber(_ place: Int) -> Diagnostic {
    Diagnostic("the number that begins at byte \(place) takes more than 64 bits", help: .notProtobuf)
  }
  fileprivate static func pastEnd(_ length: UInt64, _ place: Int, _ end: Int) -> Diagnostic {
    Diagnostic(
      "byte \(place) begins a field of \(length) bytes, but its message ends at byte \(end)", help: .cut)
  }
}

extension String {
  fileprivate static var notProtobuf: String { "check that the file is an ONNX model and fetch it again" }
  fileprivate static var cut: String { "fetch the file again; it is cut off or no ONNX model" }
}
