package import Tensors

/// What a weights file holds, in a few lines.
package struct CheckpointSummary: Sendable {
  private let table: WeightTable

  package init(_ table: WeightTable) { self.table = table }

  package var text: String {
    var lines = TextTable([("", .left), ("", .left)], indent: 2)
    lines.append("tensors", table.rows.count.grouped)
    lines.append("parameters", table.totals.text)
    lines.append("files", Set(table.rows.map(\.file)).sorted().joined(separator: ", "))
    for (key, value) in table.metadata { lines.append("metadata \(key)", value.firstLine) }
    for (index, note) in table.notes.enumerated() { lines.append(index == 0 ? "notes" : "", note) }
    return "weights without a configuration\n" + lines.text
  }

  package var json: JSON {
    [
      "tensors": JSON(table.rows.count),
      "parameters": JSON(
        table.totals.map {
          ["dtype": JSON("\($0.element)"), "count": JSON($0.count), "bytes": JSON($0.bytes)]
        }),
      "files": JSON(Set(table.rows.map(\.file)).sorted().map { JSON($0) }),
      "metadata": .object(table.metadata.reduce(into: JSON.Object()) { $0[$1.key] = JSON($1.value) }),
      "notes": JSON(table.notes.map { JSON($0) }),
    ]
  }
}

extension String {
  /// The first line, cut to what fits beside a label.
  fileprivate var firstLine: String {
    let line = prefix { !$0.isNewline }.prefix(80)
    return line.count < count ? line + "…" : String(line)
  }
}
