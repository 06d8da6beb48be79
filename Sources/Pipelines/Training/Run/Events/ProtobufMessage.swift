/// A protobuf message in the making, field by field in the order of their numbers.
///
/// Written out, because the messages of an event file have half a dozen fields: generated code and its library
/// would be many times this.
struct ProtobufMessage {
  private(set) var bytes: [UInt8] = []

  mutating func add(_ number: Int, double: Double) {
    add(varint: UInt64(number) << 3 | 1)
    bytes += Self.littleEndian(double.bitPattern)
  }

  mutating func add(_ number: Int, float: Float) {
    add(varint: UInt64(number) << 3 | 5)
    bytes += Self.littleEndian(float.bitPattern)
  }

  /// Leaves 0 out, as proto3 does.
  mutating func add(_ number: Int, integer: Int) {
    guard integer != 0 else { return }
    add(varint: UInt64(number) << 3)
    add(varint: UInt64(bitPattern: Int64(integer)))
  }

  mutating func add(_ number: Int, text: String) { add(number, Array(text.utf8)) }

  mutating func add(_ number: Int, message: ProtobufMessage) { add(number, message.bytes) }

  static func littleEndian<Word: FixedWidthInteger>(_ word: Word) -> [UInt8] {
    withUnsafeBytes(of: word.littleEndian) { Array($0) }
  }

  private mutating func add(_ number: Int, _ content: [UInt8]) {
    add(varint: UInt64(number) << 3 | 2)
    add(varint: UInt64(content.count))
    bytes += content
  }

  private mutating func add(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
