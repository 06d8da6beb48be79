package import Tensors

/// The moments at which something strikes, in ascending seconds.
package struct OnsetTimes: Hashable, Sendable {
  package let seconds: [Double]

  /// The moments in a file as `mir_eval` reads it: a time a line, `#` before remarks; commas do as well.
  ///
  /// Throws iff it cannot be read, is larger than 1 MiB, or holds something else.
  package init(path: String) throws(Diagnostic) {
    let file = try InputFile(path: path)
    guard file.count <= 1 << 20 else { throw .tooLarge(file.count, path) }
    let text = String(decoding: try file.read(0..<file.count), as: UTF8.self)
    let lines = text.split(whereSeparator: \.isNewline).map { $0.prefix { $0 != "#" } }
    do throws(Diagnostic) {
      try self.init(lines.flatMap(Self.words))
    } catch {
      throw error.located(at: path)
    }
  }

  /// The moments in `text`, as `0.5,1.25`, or in the file of that name where it is something else than numbers.
  package init(textOrPath text: String) throws(Diagnostic) {
    let words = Self.words(text)
    let isNumbers = !words.isEmpty && words.allSatisfy { Double($0) != nil }
    if isNumbers { try self.init(words) } else { try self.init(path: text) }
  }

  private init(_ words: [Substring]) throws(Diagnostic) {
    seconds = try words.map { (word) throws(Diagnostic) in
      guard let time = Double(word), time >= 0, time < 1e9 else { throw .noTime(String(word)) }
      return time
    }.sorted()
  }

  private static func words(_ text: some StringProtocol) -> [Substring] {
    Substring(text).split { $0.isWhitespace || $0 == "," }
  }

  /// The moments of a clip's part, counted from its beginning.
  package func inside(start: Double, duration: Double) -> [Double] {
    seconds.map { $0 - start }.filter { $0 >= 0 && $0 < duration }
  }
}

extension Diagnostic {
  fileprivate static func noTime(_ word: String) -> Diagnostic {
    Diagnostic("\(Name(word).quoted) is no time in seconds, expected a number of 0 or more")
  }
  fileprivate static func tooLarge(_ bytes: Int, _ path: String) -> Diagnostic {
    Diagnostic("a file of onsets of \(bytes) bytes, expected at most \(1 << 20)", at: path)
  }
}
