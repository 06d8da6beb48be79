import Tensors

extension Attribute {
  /// As it stands in graph text: `true`, `-1`, `1e-05`, `gelu`, `"layers.0"`, `[B, 2*L, 64]`.
  package var text: String {
    switch self {
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .real(let value): value.description
    case .word(let value): value
    case .text(let value): value.quoted
    case .dim(let value): value.description
    case .type(let value): value.description
    case .list(let items): "[\(items.map(\.text).joined(separator: ", "))]"
    case .graph(let graph): "@\(graph.name)"
    }
  }
}

extension Name {
  /// As it stands in graph text behind `%`: bare where its characters allow, else in quotes.
  package var sigil: String {
    let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0.isNameByte }
    return "%" + (isPlain ? text : text.quoted)
  }
}

extension UInt8 {
  /// Whether the byte may stand in a bare name: letters, digits and `_ . : / -`.
  var isNameByte: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2E, 0x3A, 0x2F, 0x2D: true
    default: false
    }
  }
}

extension String {
  /// The text in double quotes; quotes, backslashes and control characters escaped.
  var quoted: String {
    var text = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case let control where control.value < 0x20 || control.value == 0x7F:
        text += "\\u{\(String(control.value, radix: 16))}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
