import Glibc
package import Tensors

/// The log of a run: a line of JSON a step or validation, appended as they are made.
package struct TrainingLog: ~Copyable {
  private let file: AppendedFile

  /// Begins the log at `path` with `entries`: those of a log that is gone on with up to the step it goes on from.
  /// Throws iff it cannot be written.
  package init(path: String, beginning entries: [Entry]) throws(Diagnostic) {
    file = try AppendedFile(path: path, beginning: entries.flatMap(\.line))
  }

  /// Throws iff the entry cannot be written.
  package func append(_ entry: Entry) throws(Diagnostic) { try file.append(entry.line) }

  /// The whole lines of the log at `path`; none where there is no log. A last line that was cut off is left out.
  package static func entries(_ path: String) throws(Diagnostic) -> [Entry] {
    guard access(path, F_OK) == 0 else { return [] }
    let file = try InputFile(path: path)
    let bytes = try file.read(0..<file.count)
    return bytes.split(separator: UInt8(ascii: "\n")).compactMap { text in
      guard let json = try? JSON(parsing: Array(text)) else { return nil }
      return try? Entry(JSON.Cursor(json, file: path))
    }
  }

  /// The steps in the log at `path`.
  package static func steps(_ path: String) throws(Diagnostic) -> [Step] {
    try entries(path).compactMap(\.made)
  }
}
