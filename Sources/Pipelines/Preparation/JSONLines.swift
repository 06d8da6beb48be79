import Tensors

/// Files with a JSON object a line.
enum JSONLines {
  /// The lines of the file at `path` that are not blank. Throws iff it cannot be read or a line is no JSON.
  static func read(_ path: String) throws(Diagnostic) -> [JSON.Cursor] {
    let file = try InputFile(path: path)
    let text = try file.read(0..<file.count)
    var lines: [JSON.Cursor] = []
    for (index, line) in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .enumerated()
    where line.contains(where: { $0 > UInt8(ascii: " ") }) {
      let site = "\(path):\(index + 1)"
      lines.append(JSON.Cursor(try JSON(parsing: Array(line), source: site), file: site))
    }
    return lines
  }
}
