import Graphs
import Tensors

extension DiffReport {
  /// A page that stands alone: no script, nothing fetched.
  package var html: String {
    var body = "<h1>\(isSame ? "The same" : "Different")</h1>\n"
    body += "<dl><dt>A</dt><dd>\(a.html)</dd><dt>B</dt><dd>\(b.html)</dd></dl>\n"
    for part in parts { body += part.html }
    if !strays.isEmpty { body += "<ul>" + strays.map { "<li>\($0.html)</li>" }.joined() + "</ul>\n" }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width">
      <title>\(a.html) and \(b.html)</title>
      <style>\(Self.style)</style>
      </head>
      <body>
      \(body)</body>
      </html>

      """
  }

  private static let style = """
    :root { color-scheme: light dark; --line: #8884; }
    body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; } dt { font-weight: 600; } dd { margin: 0; }
    table { border-collapse: collapse; width: 100%; margin: 0.5rem 0 1.5rem; }
    th, td { border-bottom: 1px solid var(--line); padding: 0.2rem 0.6rem; text-align: left; vertical-align: top; }
    td, dd { font-family: ui-monospace, monospace; font-size: 13px; overflow-wrap: anywhere; }
    td.number { text-align: right; white-space: nowrap; }
    tr.added td { background: #2a02; } tr.removed td { background: #d002; } tr.changed td { background: #da02; }
    summary { cursor: pointer; }
    """
}

extension DiffReport.Part {
  fileprivate var html: String {
    var text = "<h2>\(a == b ? a.html : "\(a.html) &rarr; \(b.html)")</h2>\n"
    if let graph { text += graph.html }
    if let weights { text += weights.html }
    if let numbers { text += numbers.html }
    return text
  }
}

extension GraphDiffReport {
  fileprivate var html: String {
    let rows = entries.map { entry in
      switch entry {
      case .block(let block):
        let nodes = block.nodes.map(\.html).joined(separator: "<br>")
        let details = "<details><summary>\(block.size.html)</summary>\(nodes)</details>"
        return HTML.row(block.kind == .added ? "added" : "removed", [block.sign, block.title.html, details])
      case .line(let line):
        let details = ([line.op] + line.details).map(\.html).joined(separator: "<br>")
        let times = line.count > 1 ? " (\(line.count))" : ""
        return HTML.row("changed", ["~", (line.name + times).html, details])
      }
    }
    let notes = (diff.lengths.map { "length \($0)" } + diff.notes).map { "<li>\($0.html)</li>" }
    return "<h3>\(summary.html)</h3>\n" + HTML.table(["", "where", "what"], rows)
      + (notes.isEmpty ? "" : "<ul>\(notes.joined())</ul>\n")
  }
}

extension WeightDiffTable {
  fileprivate var html: String {
    let rows = shownRows.map { row in
      let kind: String? =
        switch row.verdict {
        case .identical, .equal, .agreed: nil
        case .onlyInA: "removed"
        case .onlyInB: "added"
        case .rounded, .changed, .reshaped: "changed"
        }
      let sides = [row.a, row.b].map { side in side.map { "\($0.name)\($0.suffix) \($0.type)".html } ?? "" }
      let measures = row.measures.map { [$0.greatest.scientific(), $0.relative.scientific()] } ?? ["", ""]
      let cosine = row.measures?.cosine.text(decimals: 7) ?? ""
      return HTML.row(kind, [row.words.html] + sides, numbers: measures + [cosine])
    }
    let titles = ["", "in A", "in B", "max|a-b|", "relative", "cosine"]
    return "<h3>\(summary.html)</h3>\n" + HTML.table(titles, rows)
  }
}

extension NumericTable {
  fileprivate var html: String {
    var rows = outputs.map {
      HTML.row(nil, ["result", $0.a.html], numbers: [$0.greatestText, $0.relativeText])
    }
    rows += operands.map {
      HTML.row(nil, ["reads", $0.a.html], numbers: [$0.greatestText, $0.relativeText])
    }
    if let first {
      let lines = "\(first.a.html)<br>\(first.b.html)"
      rows.append(
        HTML.row("changed", ["first beyond", lines], numbers: [first.greatestText, first.relativeText]))
    }
    return "<h3>\(summary.html)</h3>\n" + HTML.table(["", "value", "max|a-b|", "relative"], rows)
  }
}

/// Pieces of a page.
private enum HTML {
  /// Nothing iff there are no rows.
  static func table(_ titles: [String], _ rows: [String]) -> String {
    guard !rows.isEmpty else { return "" }
    let head = titles.map { "<th>\($0.html)</th>" }.joined()
    return "<table>\n<tr>\(head)</tr>\n\(rows.joined())</table>\n"
  }

  /// `cells` and `numbers` are page text already.
  static func row(_ kind: String?, _ cells: [String], numbers: [String] = []) -> String {
    let cells = cells.map { "<td>\($0)</td>" } + numbers.map { "<td class=\"number\">\($0)</td>" }
    return "<tr\(kind.map { " class=\"\($0)\"" } ?? "")>\(cells.joined())</tr>\n"
  }
}

extension String {
  /// As text of a page, controls escaped.
  fileprivate var html: String {
    escapingControls.reduce(into: "") { text, character in
      switch character {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      default: text.append(character)
      }
    }
  }
}
