import Tensors

extension Graph: CustomStringConvertible {
  /// The complete text: `Graph.parse` gives the same graph back.
  package var description: String {
    let inputs = inputs.map { "\(self[$0].name.sigil): \(self[$0].type)" }
    var lines = ["graph @\(name)(\(inputs.joined(separator: ", "))) {"]
    let rows = nodes.filter { !($0.op is Input) }.map { (line(of: $0), $0.type.description) }
    let width = min(rows.map(\.0.count).max() ?? 0, 96)
    for (text, type) in rows {
      let padding = String(repeating: " ", count: max(0, width - text.count))
      lines.append("  \(text)\(padding) : \(type)")
    }
    let results = outputs.map { output in
      let sigil = self[output.value].name.sigil
      return self[output.value].name == output.name ? sigil : "\(output.name.text.quoted)=\(sigil)"
    }
    lines.append("  return \(results.joined(separator: ", "))")
    lines.append("}")
    return lines.joined(separator: "\n") + "\n"
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
