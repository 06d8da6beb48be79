import Glibc
import Tensors

/// Where errors, notes and progress go.
enum StandardError {
  /// Whether a person watches.
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Whether a person watches who wants colour: see no-color.org.
  static var hasColour: Bool {
    let wish = getenv("NO_COLOR").map { String(cString: $0) } ?? ""
    let terminal = getenv("TERM").map { String(cString: $0) } ?? ""
    return isTerminal && wish.isEmpty && terminal != "dumb"
  }

  /// Prints `diagnostic` as a person reads it.
  static func report(_ diagnostic: Diagnostic) {
    var text = diagnostic.description
    let word = "error:"
    if hasColour, text.hasPrefix(word) { text = "\u{1B}[1;31m\(word)\u{1B}[0m" + text.dropFirst(word.count) }
    write(text + "\n")
  }

  /// Prints `text` as far as that is possible: there is nowhere left to say that it is not.
  static func write(_ text: String) {
    _ = text.write(to: STDERR_FILENO)
  }
}
