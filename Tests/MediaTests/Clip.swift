import Checkpoints
import Media
import Tensors

/// The clips and references that the tests read.
enum Clip {
  private static let fixtures = "\(#filePath)/../../Fixtures/".normalized

  static func path(_ name: String) -> String { fixtures + "clips/" + name }

  /// The tensor `name` of `references/file`.
  static func reference(_ file: String, _ name: String) throws -> Tensor {
    try Checkpoint.open(path: fixtures + "references/" + file).tensor(Name(name))
  }

  /// The JSON file `path` of the fixtures.
  static func config(_ path: String) throws -> JSON.Cursor { try JSON.load(path: fixtures + path) }

  /// Every frame of the clip.
  static func frames(_ path: String, start: Double = 0, duration: Double? = nil) throws -> [VideoFrame] {
    var frames: [VideoFrame] = []
    try VideoReader().frames(path: path, start: start, duration: duration) { frame in frames.append(frame) }
    return frames
  }

  /// The diagnostic of reading `path` whole with a limit of 12 s.
  static func failure(_ path: String, with reader: VideoReader = VideoReader()) -> Diagnostic? {
    do throws(Diagnostic) {
      try reader.frames(path: path, limit: 12) { (_) throws(Diagnostic) in }
      return nil
    } catch { return error }
  }
}

extension String {
  /// The path with each `name/..` taken out.
  fileprivate var normalized: String {
    var parts: [Substring] = []
    for part in split(separator: "/", omittingEmptySubsequences: false) {
      if part == ".." { parts.removeLast() } else { parts.append(part) }
    }
    return parts.joined(separator: "/")
  }
}
