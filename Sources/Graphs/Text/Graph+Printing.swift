import Tensors

extension Graph: CustomStringConvertible {
  /// The complete text, bodies first: `Graph.parse` gives the same graph back.
  package var description: String { (bodies + [self]).map(\.text).joined(separator: "\n") }

  /// The text of this graph without its bodies.
  private var text: String {
    let rows = nodes.filter { !($0.op is Input) }.map { (line(of: $0), $0.type.description) }
    let width = min(rows.map(\.0.count).max() ?? 0, 96)
    let lines = rows.map { text, type in
      let padding = String(repeating: " ", count: max(0, width - text.count))
      return "  \(text)\(padding) : \(type)"
    }
    return ([firstLine] + lines + [lastLines]).joined(separator: "\n") + "\n"
  }

  /// `graph @name(%x: f32[L]) {`.
  package var firstLine: String {
    let inputs = inputs.map { "\(self[$0].name.sigil): \(self[$0].type)" }
    return "graph @\(name)(\(inputs.joined(separator: ", "))) {"
  }

  /// The results and the closing brace.
  package var lastLines: String {
    let results = outputs.map { output in
      let sigil = self[output.value].name.sigil
      return self[output.value].name == output.name ? sigil : "\(output.name.text.quoted)=\(sigil)"
    }
    return "  return \(results.joined(separator: ", "))\n}"
  }

  /// A node's line without its type: `%y = layer_norm(%x, %g) eps=1e-05`.
  package func line(of node: Node) -> String {
    let operands = node.inputs.map { self[$0].name.sigil }.joined(separator: ", ")
    var text = "\(node.name.sigil) = \(node.op.name)"
    if !node.inputs.isEmpty { text += "(\(operands))" }
    for attribute in (try? node.op.attributes()) ?? [] where attribute.key != "type" {
      text += " \(attribute.key)=\(attribute.value.text)"
    }
    return text
  }
}
