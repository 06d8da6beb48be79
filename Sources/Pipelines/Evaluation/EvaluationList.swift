import Media
package import Tensors

/// What is to be evaluated: a line of JSON a clip.
///
///     {"sound": "out/0.wav", "onsets": [0.5, 1.25], "reference": "true/0.wav", "label": "wood"}
///
/// All but `sound` may be missing; `onsets` may be a file of a time a line, too. Paths are relative to the list.
package struct EvaluationList: Sendable {
  package let clips: [Clip]

  package struct Clip: Hashable, Sendable {
    package var sound: String
    package var onsets: [Double]?
    package var reference: String?
    package var label: String?
  }

  /// Throws iff the file cannot be read or a line is not as it should be, or there is none.
  package init(path: String) throws(Diagnostic) {
    let file = try InputFile(path: path)
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
      separator: "/")
    let place = { (name: String) in name.hasPrefix("/") || folder.isEmpty ? name : "\(folder)/\(name)" }
    var clips: [Clip] = []
    for (index, text) in try file.read(0..<file.count).split(separator: UInt8(ascii: "\n")).enumerated() {
      let line = JSON.Cursor(try Self.parse(text, path, index + 1), file: "\(path), line \(index + 1)")
      clips.append(
        Clip(
          sound: place(try line.string("sound")),
          onsets: try Self.onsets(line, place),
          reference: try line.stringIfPresent("reference").map(place),
          label: try line.stringIfPresent("label")))
    }
    guard !clips.isEmpty else { throw .empty(path) }
    self.clips = clips
  }

  private static func onsets(_ line: JSON.Cursor, _ place: (String) -> String) throws(Diagnostic) -> [Double]?
  {
    guard let onsets = try line.find(["onsets"]) else { return nil }
    guard case .string(let path) = onsets.value else { return try onsets.reals() }
    return try OnsetTimes(path: place(path)).seconds
  }

  private static func parse(_ text: ArraySlice<UInt8>, _ path: String, _ line: Int) throws(Diagnostic) -> JSON
  {
    do throws(Diagnostic) {
      return try JSON(parsing: Array(text))
    } catch {
      throw error.located(at: "\(path), line \(line)")
    }
  }
}

extension Diagnostic {
  fileprivate static func empty(_ path: String) -> Diagnostic {
    Diagnostic("the list holds no clip", at: path, help: "put a line of JSON for each sound")
  }
}
