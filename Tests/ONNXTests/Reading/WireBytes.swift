/// Bytes in protobuf's wire format.
enum WireBytes {
  static func varint(_ value: UInt64) -> [UInt8] {
    var (bytes, rest): ([UInt8], UInt64) = ([], value)
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  static func field(_ number: UInt64, _ value: UInt64) -> [UInt8] { varint(number << 3) + varint(value) }

  static func field(_ number: UInt64, _ payload: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(UInt64(payload.count)) + payload
  }

  static func field(_ number: UInt64, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

  /// A model of the graph `graph`.
  static func model(_ graph: [UInt8]) -> [UInt8] {
    field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 17))
  }

  /// A graph input or output called `name`, without a type.
  static func value(_ number: UInt64, _ name: String) -> [UInt8] { field(number, field(1, name)) }

  /// A model whose one node adds the tensor of the fields `tensor`, called w, to its input.
  static func weighted(_ tensor: [UInt8]) -> [UInt8] {
    let node = field(1, "x") + field(1, "w") + field(2, "y") + field(4, "Add")
    return model(field(1, node) + field(5, tensor + field(8, "w")) + value(11, "x") + value(12, "y"))
  }
}
