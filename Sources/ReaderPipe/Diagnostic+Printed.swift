package import Tensors

extension Diagnostic {
  /// The diagnostic that `description` printed as `text`; `nil` iff it holds no `error:` line.
  ///
  /// Lines that start no part belong to the part before.
  package init?(printed text: String, exit: Int32) {
    var parts: [String: String] = [:]
    var open: String?
    for line in text.split(separator: "\n") {
      let marks = ["error: ", "  at ", "  note: ", "  help: "]
      if let mark = marks.first(where: { line.hasPrefix($0) && parts[$0] == nil }) {
        parts[mark] = String(line.dropFirst(mark.count))
        open = mark
      } else if let open {
        parts[open]? += "\n" + line
      }
    }
    guard let message = parts["error: "] else { return nil }
    self.init(
      Message(message), at: parts["  at "], note: parts["  note: "], help: parts["  help: "],
      kind: Kind(rawValue: exit) ?? .software)
  }
}
