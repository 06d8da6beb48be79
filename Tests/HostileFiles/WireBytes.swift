/// Bytes in protobuf's wire format.
package enum WireBytes {
  package static func varint(_ value: UInt64) -> [UInt8] {
    var (bytes, rest): ([UInt8], UInt64) = ([], value)
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  package static func field(_ number: UInt64, _ value: UInt64) -> [UInt8] {
    varint(number << 3) + varint(value)
  }

  package static func field(_ number: UInt64, _ payload: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(UInt64(payload.count)) + payload
  }

  package static func field(_ number: UInt64, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

  /// A model of the graph `graph`.
  package static func model(_ graph: [UInt8]) -> [UInt8] {
    field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 17))
  }

  /// A graph input or output called `name`, without a type.
  package static func value(_ number: UInt64, _ name: String) -> [UInt8] { field(number, field(1, name)) }

  /// A graph input or output of four floats.
  package static func floats(_ number: UInt64, _ name: String) -> [UInt8] {
    let type = field(1, field(1, 1) + field(2, field(1, field(1, 4))))
    return field(number, field(1, name) + field(2, type))
  }

  /// A model whose one node adds the tensor of the fields `tensor`, called w, to its input.
  package static func weighted(_ tensor: [UInt8]) -> [UInt8] {
    let node = field(1, "x") + field(1, "w") + field(2, "y") + field(4, "Add")
    return model(field(1, node) + field(5, tensor + field(8, "w")) + floats(11, "x") + floats(12, "y"))
  }
}
