import Glibc
import Tensors

extension SourceClip {
  /// The prompt: as given, else what the `.txt` beside the video says, in one line. Throws iff there is none.
  func text() throws(Diagnostic) -> String {
    if let prompt {
      guard prompt.contains(where: { !$0.isWhitespace }) else { throw .emptyPrompt(nil) }
      return prompt
    }
    let path = "\(video.stem).txt"
    guard access(path, F_OK) == 0 else { throw .noPrompt(path) }
    let file = try InputFile(path: path)
    guard file.count <= Self.longestPrompt else { throw .longPrompt(path, file.count) }
    guard let text = Name(utf8: try file.read(0..<file.count))?.text else { throw .notText(path) }
    let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    guard !line.isEmpty else { throw .emptyPrompt(path) }
    return line
  }

  /// The file the sound is in: as given, else the `.wav` or `.flac` beside the video, else the video.
  var soundPath: String {
    if let audio { return audio }
    return ["wav", "flac"].map { "\(video.stem).\($0)" }.first { access($0, F_OK) == 0 } ?? video
  }

  /// Bytes of a prompt.
  private static let longestPrompt = 1 << 20
}

extension Diagnostic {
  fileprivate static func noPrompt(_ path: String) -> Diagnostic {
    Diagnostic("there is no prompt: none is given, and there is no \(path)")
  }
  fileprivate static func emptyPrompt(_ path: String?) -> Diagnostic {
    Diagnostic("the prompt\(path.map { " in \($0)" } ?? "") is empty")
  }
  fileprivate static func longPrompt(_ path: String, _ count: Int) -> Diagnostic {
    Diagnostic("the prompt has \(count) bytes; at most 1 MiB is read", at: path)
  }
  fileprivate static func notText(_ path: String) -> Diagnostic {
    Diagnostic("the prompt is no UTF-8 text", at: path)
  }
}
