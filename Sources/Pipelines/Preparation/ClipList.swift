import Checkpoints
import Glibc
package import Tensors

/// The clips that a person asks for: lists, media files and directories of them.
///
/// A list is a `.jsonl` file, one object a line, paths relative to the list:
///
///     {"video": "a.mp4", "prompt": "rain", "audio": "a.wav", "id": "rain-1", "start": 2, "duration": 4}
///
/// Only `video` is needed. A prompt that is not given is looked for in `a.txt`, a sound in `a.wav` and `a.flac`;
/// without one the sound is the video's own. Of a directory all videos are taken, at any depth, in order.
package enum ClipList {
  /// Throws iff a path leads nowhere, a line of a list is wrong, there is no clip, or two have one id.
  package static func clips(at paths: [String]) throws(Diagnostic) -> [SourceClip] {
    var clips: [SourceClip] = []
    for path in paths {
      var status = stat()
      guard stat(path, &status) == 0 else { throw .system("open", path, errno, kind: .noInput) }
      if status.st_mode & S_IFMT == S_IFDIR {
        for name in try videos(in: path) { clips.append(clip(name, in: path)) }
      } else if path.hasSuffix(".jsonl") {
        clips += try list(path)
      } else {
        let (folder, name) = path.splitFolder
        clips.append(clip(name, in: folder))
      }
    }
    guard !clips.isEmpty else { throw .none(paths) }
    var places: [String: String] = [:]
    for clip in clips {
      if let other = places.updateValue(clip.video, forKey: clip.id) {
        throw .twice(clip.id, other, clip.video)
      }
    }
    return clips
  }

  /// Names of files of which a video is expected.
  private static let endings = ["mp4", "m4v", "mov", "mkv", "webm", "avi", "ts"]

  /// The videos in `folder` and below, relative to it, sorted.
  private static func videos(in folder: String, below prefix: String = "", depth: Int = 0) throws(Diagnostic)
    -> [String]
  {
    var names: [String] = []
    for name in try DirectoryListing.names(in: prefix.isEmpty ? folder : "\(folder)/\(prefix)") {
      let place = prefix.isEmpty ? name : "\(prefix)/\(name)"
      var status = stat()
      guard !name.hasPrefix("."), stat("\(folder)/\(place)", &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        // Links may go in circles.
        if depth < 16 { names += try videos(in: folder, below: place, depth: depth + 1) }
      } else if endings.contains(where: { name.lowercased().hasSuffix(".\($0)") }) {
        names.append(place)
      }
    }
    return names
  }

  private static func clip(_ name: String, in folder: String) -> SourceClip {
    SourceClip(id: name.stem, video: folder.isEmpty ? name : "\(folder)/\(name)")
  }

  private static func list(_ path: String) throws(Diagnostic) -> [SourceClip] {
    let folder = path.splitFolder.folder
    var clips: [SourceClip] = []
    for line in try JSONLines.read(path) { clips.append(try SourceClip(line, in: folder)) }
    return clips
  }
}

extension SourceClip {
  /// Throws iff `json` is no object with the members of a list's line, or has others.
  fileprivate init(_ json: JSON.Cursor, in folder: String) throws(Diagnostic) {
    let known: Set<Name> = ["video", "prompt", "audio", "id", "start", "duration"]
    let name = try json.string("video")
    if let other = json.keys.first(where: { !known.contains($0) }) { throw .unknownKey(other, json) }
    func place(_ name: String) -> String {
      name.hasPrefix("/") || folder.isEmpty ? name : "\(folder)/\(name)"
    }
    let start = try json.real("start", default: 0)
    // Where the disk is mounted is no part of a name.
    let own = name.hasPrefix("/") ? name.splitFolder.name.stem : name.stem
    let id = start > 0 ? "\(own)@\(Self.short(start))" : own
    self.init(id: try json.string("id", default: id), video: place(name))
    prompt = try json.stringIfPresent("prompt")
    audio = try json.stringIfPresent("audio").map(place)
    (self.start, duration) = (start, try json.realIfPresent("duration"))
    guard start >= 0, start < 1e9, duration.map({ $0 > 0 && $0 < 1e9 }) ?? true else { throw .times(json) }
    guard !self.id.isEmpty else { throw .noID(json) }
  }
}

extension String {
  /// All before the last slash, and all behind it.
  fileprivate var splitFolder: (folder: String, name: String) {
    guard let slash = lastIndex(of: "/") else { return ("", self) }
    return (slash == startIndex ? "/" : String(self[..<slash]), String(self[index(after: slash)...]))
  }

  /// What is behind the last point of the last name, or `nil` iff there is none.
  private var ending: Substring? {
    guard let point = lastIndex(of: "."), !self[point...].contains("/") else { return nil }
    return self[index(after: point)...]
  }

  /// The text without its ending.
  var stem: String { ending.map { String(dropLast($0.count + 1)) } ?? self }
}

extension Diagnostic {
  fileprivate static func none(_ paths: [String]) -> Diagnostic {
    Diagnostic(
      "there is no clip in \(paths.joined(separator: ", "))",
      help: "pass videos, directories of them, or a .jsonl list", kind: .noInput)
  }
  fileprivate static func twice(_ id: String, _ a: String, _ b: String) -> Diagnostic {
    Diagnostic(
      "\(a) and \(b) are both called \(Name(id).quoted)",
      help: "list them in a .jsonl file with an \"id\" each", kind: .usage)
  }
  fileprivate static func unknownKey(_ key: Name, _ json: JSON.Cursor) -> Diagnostic {
    Diagnostic(
      "a clip has no \(key.quoted); expected video, prompt, audio, id, start and duration", at: json.site)
  }
  fileprivate static func times(_ json: JSON.Cursor) -> Diagnostic {
    Diagnostic("start must be 0 or more and duration above 0, in seconds", at: json.site)
  }
  fileprivate static func noID(_ json: JSON.Cursor) -> Diagnostic {
    Diagnostic("the id is empty; expected a name", at: json.site)
  }
}
