import Tensors

/// Rows of cells, each column as wide as its widest cell; headings stand above unless all are empty.
package struct TextTable: Sendable {
  package enum Alignment: Sendable { case left, right }

  private let alignments: [Alignment]
  private var rows: [[String]] = []
  private let indent: String

  /// `titles` gives each column its heading and the side to which its cells keep.
  package init(_ titles: [(title: String, alignment: Alignment)], indent: Int = 0) {
    alignments = titles.map(\.alignment)
    self.indent = String(repeating: " ", count: indent)
    if titles.contains(where: { !$0.title.isEmpty }) { rows.append(titles.map(\.title)) }
  }

  /// Appends a row with a cell for each column. Control characters in cells are escaped.
  package mutating func append(_ cells: String...) {
    rows.append(cells.map { $0.escapingControls })
  }

  /// A line a row, without spaces at the end.
  package var text: String {
    var widths = alignments.map { _ in 0 }
    for row in rows {
      for (column, cell) in zip(widths.indices, row) { widths[column] = max(widths[column], cell.count) }
    }
    var text = ""
    for row in rows {
      var line = indent
      for (column, cell) in zip(alignments.indices, row) {
        let space = String(repeating: " ", count: widths[column] - cell.count)
        line += (column == 0 ? "" : "  ") + (alignments[column] == .left ? cell + space : space + cell)
      }
      text += line.droppingTrailingSpaces + "\n"
    }
    return text
  }
}

extension String {
  fileprivate var droppingTrailingSpaces: Substring {
    var rest = self[...]
    while rest.last == " " { rest.removeLast() }
    return rest
  }
}
