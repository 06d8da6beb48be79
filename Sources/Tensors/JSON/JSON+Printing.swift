extension JSON {
  /// The value as JSON text: on one line, or with `pretty` one member or element a line, indented by two
  /// spaces. Equal values print the same bytes.
  ///
  /// Reals print the shortest digits that read back as the same double; NaN and infinities, which JSON does
  /// not have, print `null`. Control and format characters are escaped.
  package func printed(pretty: Bool = false) -> String {
    var text = ""
    print(into: &text, indent: pretty ? 0 : nil)
    return text
  }

  private func print(into text: inout String, indent: Int?) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .real(let value): text += value.isFinite ? value.description : "null"
    case .string(let value): JSON.print(string: value, into: &text)
    case .array(let values):
      JSON.print("[", values, "]", into: &text, indent: indent) { value, text, indent in
        value.print(into: &text, indent: indent)
      }
    case .object(let object):
      JSON.print("{", object.members, "}", into: &text, indent: indent) { member, text, indent in
        JSON.print(string: member.0.text, into: &text)
        text += indent == nil ? ":" : ": "
        member.1.print(into: &text, indent: indent)
      }
    }
  }

  private static func print<Items: Sequence>(
    _ open: String, _ items: Items, _ close: String, into text: inout String, indent: Int?,
    _ print: (Items.Element, inout String, Int?) -> Void
  ) {
    let inner = indent.map { $0 + 2 }
    var isFirst = true
    text += open
    for item in items {
      if !isFirst { text += "," }
      if let inner { text += "\n" + String(repeating: " ", count: inner) }
      print(item, &text, inner)
      isFirst = false
    }
    if let indent, !isFirst { text += "\n" + String(repeating: " ", count: indent) }
    text += close
  }

  /// Appends `string` between quotes.
  package static func print(string: String, into text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case " "..."~": text.unicodeScalars.append(scalar)
      default:
        if scalar.isInvisible {
          for unit in UTF16.encode(scalar).map(Array.init) ?? [] {
            let digits = String(unit, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
          }
        } else {
          text.unicodeScalars.append(scalar)
        }
      }
    }
    text += "\""
  }
}

extension JSON: CustomStringConvertible {
  package var description: String { printed() }
}

extension Unicode.Scalar {
  fileprivate var isInvisible: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
