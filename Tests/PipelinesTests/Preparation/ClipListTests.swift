import Foundation
import Pipelines
import TemporaryFolders
import Tensors
import Testing

/// What a person asks for, as clips.
@Suite struct ClipListTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func linesOfAList() throws {
    let path = try folder.put(
      "list.jsonl",
      """
      {"video": "a.mp4", "prompt": "rain"}

      {"video": "sub/b.mp4", "audio": "/x/b.flac", "id": "b", "start": 2.5, "duration": 4}
      {"video": "a.mp4", "start": 3}
      {"video": "/mnt/disk/c.mp4"}
      """)
    let clips = try ClipList.clips(at: [path])
    #expect(clips.map(\.id) == ["a", "b", "a@3", "c"])
    #expect(clips.map(\.video) == ["a.mp4", "sub/b.mp4", "a.mp4"].map { folder($0) } + ["/mnt/disk/c.mp4"])
    #expect(clips[0].prompt == "rain" && clips[1].prompt == nil)
    #expect(clips[1].audio == "/x/b.flac" && clips[1].start == 2.5 && clips[1].duration == 4)
  }

  @Test func directoriesAtAnyDepth() throws {
    for name in ["z.mp4", "a.MOV", "a.txt", ".hidden.mp4", "deep/er/m.webm"] {
      let place = URL(fileURLWithPath: folder(name))
      try FileManager.default.createDirectory(
        at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
      try folder.put(name, "x")
    }
    #expect(try ClipList.clips(at: [folder.path]).map(\.id) == ["a", "deep/er/m", "z"])
    #expect(try ClipList.clips(at: [folder("z.mp4")]).map(\.id) == ["z"])
  }

  @Test(arguments: [
    (#"{"prompt": "rain"}"#, "video is missing"), (#"{"video": 3}"#, "expected a string"),
    (#"{"video": "a.mp4", "promt": "rain"}"#, "promt"),
    (#"{"video": "a.mp4", "start": -1}"#, "start must be"),
    (#"{"video": "a.mp4", "duration": 0}"#, "start must be"), (#"{"video": "a.mp4"#, "list.jsonl:1"),
    ("[]", "expected an object"), ("", "there is no clip"),
    ("{\"video\": \"a.mp4\"}\n{\"video\": \"a.mkv\"}", "are both called \"a\""),
  ])
  func wrongLines(text: String, words: String) throws {
    let path = try folder.put("list.jsonl", text)
    do {
      _ = try ClipList.clips(at: [path])
      Issue.record("the list was read")
    } catch { #expect("\(error)".contains(words), "\(error)") }
  }

  @Test func noSuchPath() {
    #expect(throws: Diagnostic.self) { try ClipList.clips(at: [folder("nowhere")]) }
  }
}
