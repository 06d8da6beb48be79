import Tensors

/// The fields of one protobuf message, in the order of its bytes.
struct ProtobufFields {
  enum Value {
    case integer(UInt64)
    case bytes(ArraySlice<UInt8>)
    /// Four or eight bytes.
    case fixed
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// The next field, or `nil` at the end. Throws iff the bytes are no message.
  mutating func next() throws(Diagnostic) -> (number: UInt64, value: Value)? {
    guard !rest.isEmpty else { return nil }
    let key = try varint()
    guard key >> 3 > 0 else { throw .malformed(rest.startIndex) }
    switch key & 7 {
    case 0: return (key >> 3, .integer(try varint()))
    case 1:
      _ = try take(8)
      return (key >> 3, .fixed)
    case 2: return (key >> 3, .bytes(try take(try varint())))
    case 5:
      _ = try take(4)
      return (key >> 3, .fixed)
    default: throw .malformed(rest.startIndex)
    }
  }

  private mutating func varint() throws(Diagnostic) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = rest.popFirst() else { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw .malformed(rest.startIndex)
  }

  private mutating func take(_ count: UInt64) throws(Diagnostic) -> ArraySlice<UInt8> {
    guard count <= UInt64(rest.count) else { throw .malformed(rest.startIndex) }
    let bytes = rest.prefix(Int(count))
    rest = rest.dropFirst(Int(count))
    return bytes
  }
}

extension Diagnostic {
  fileprivate static func malformed(_ place: Int) -> Diagnostic {
    Diagnostic(
      "this is no SentencePiece model: byte \(place) continues no protobuf message",
      help: "get the spiece.model of the text encoder again")
  }
}
