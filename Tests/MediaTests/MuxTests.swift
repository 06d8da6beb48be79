import Media
import ReaderPipe
import TemporaryFolders
import Tensors
import Testing

@Suite struct MuxTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func sound(_ seconds: Int) throws -> Sound {
    let wave = (0..<44_100 * seconds).map { Float($0 % 100) / 200 }
    return try Sound(channels: [wave, wave], sampleRate: 44_100)
  }

  @Test(arguments: ["ball.mp4", "odd_size.mp4", "rotated.mp4", "variable_rate.mp4", "ball.webm"])
  func thePicturesStay(clip: String) throws {
    let output = folder("out.mp4")
    try VideoReader().mux(path: Clip.path(clip), sound: try sound(5), to: output)
    #expect(try Clip.frames(output) == Clip.frames(Clip.path(clip)))
    let (old, new) = (try VideoReader().probe(path: Clip.path(clip)), try VideoReader().probe(path: output))
    #expect(
      (old.width, old.height, old.rotation, old.codec) == (new.width, new.height, new.rotation, new.codec))
    #expect(new.hasAudio)
    #expect(folder.names == ["out.mp4"])
  }

  @Test func aPartKeepsItsPictures() throws {
    let output = folder("part.mp4")
    try VideoReader().mux(path: Clip.path("ball.mp4"), sound: try sound(2), to: output, start: 1, duration: 2)
    #expect(try Clip.frames(output) == Clip.frames(Clip.path("ball.mp4"), start: 1, duration: 2))
  }

  @Test func theSameInputGivesTheSameBytes() throws {
    for name in ["a.mp4", "b.mp4"] {
      try VideoReader().mux(path: Clip.path("ball.mp4"), sound: try sound(4), to: folder(name))
    }
    #expect(try folder.bytes("a.mp4") == folder.bytes("b.mp4"))
  }

  @Test func refusesAndLeavesWhatWasThere() throws {
    let output = try folder.put("out.mp4", "precious")
    #expect(throws: Diagnostic.self) {
      try VideoReader().mux(path: Clip.path("text.mp4"), sound: try sound(1), to: output)
    }
    #expect(throws: Diagnostic("the sound has no samples; expected at least one")) {
      try VideoReader().mux(
        path: Clip.path("ball.mp4"), sound: try Sound(channels: [[]], sampleRate: 44_100), to: output)
    }
    #expect(try folder.bytes("out.mp4") == Array("precious".utf8))
    #expect(folder.names == ["out.mp4"])
  }
}
