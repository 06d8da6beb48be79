import Media
import ReaderPipe
import TemporaryFolders
import Tensors
import Testing

@Suite struct VideoFrameTests {
  @Test(arguments: ["ball.mp4", "ball.webm", "odd_size.mp4", "rotated.mp4", "variable_rate.mp4"])
  func picturesAreThoseOfFFmpeg(clip: String) throws {
    let shown = try Clip.reference("frames.safetensors", clip + ".shown")
    let picture = try Clip.reference("frames.safetensors", clip + ".picture")
    let frames = try Clip.frames(Clip.path(clip))
    #expect(frames.count == shown.shape[0])
    #expect([frames[5].height, frames[5].width, 3] == picture.shape)
    #expect(try frames[5].rgb.map(Int64.init) == picture.integers())
    let thumbnails = try shown.integers()
    for (index, frame) in frames.enumerated() {
      #expect(frame.thumbnail == Array(thumbnails[index * 192..<(index + 1) * 192]), "frame \(index)")
    }
  }

  @Test(arguments: ["ball.mp4", "ball.webm", "variable_rate.mp4"])
  func aLaterStartGivesTheSameFrames(clip: String) throws {
    let all = try Clip.frames(Clip.path(clip))
    #expect(try Clip.frames(Clip.path(clip), start: 1) == Array(all.dropFirst(16)))
    #expect(try Clip.frames(Clip.path(clip), start: 0.5, duration: 0.75) == Array(all[8..<20]))
  }

  @Test func probeAndSummaryTellTheFacts() throws {
    let rotated = try VideoReader().probe(path: Clip.path("rotated.mp4"))
    #expect((rotated.width, rotated.height, rotated.rotation) == (64, 96, 270))
    #expect((rotated.codec, rotated.hasAudio, rotated.frameCount) == ("h264", false, 25))
    var stated: VideoProbe?
    let summary = try VideoReader().frames(path: Clip.path("ball.mp4")) { (probe) throws(Diagnostic) in
      stated = probe
    } onFrame: { (_) throws(Diagnostic) in
    }
    #expect(summary == VideoSummary(frameCount: 64, end: 4, damaged: 0))
    #expect(stated?.duration == 4)
    #expect(try stated.map { try VideoProbe($0.json) } == stated)
    let part = try VideoReader().frames(path: Clip.path("ball.mp4"), duration: 1) { (_) throws(Diagnostic) in
    }
    #expect(part == VideoSummary(frameCount: 16, end: nil, damaged: 0))
  }

  @Test func theCallerCanStop() throws {
    let stop = Diagnostic("enough")
    #expect(throws: stop.located(at: Clip.path("ball.mp4"))) {
      try VideoReader().frames(path: Clip.path("ball.mp4")) { (_) throws(Diagnostic) in throw stop }
    }
  }
}

extension VideoFrame {
  /// Means of 8 x 8 blocks whose edges are at `i * side / 8`.
  fileprivate var thumbnail: [Int64] {
    var means: [Int64] = []
    for row in 0..<8 {
      let rows = row * height / 8..<(row + 1) * height / 8
      for column in 0..<8 {
        let columns = column * width / 8..<(column + 1) * width / 8
        for channel in 0..<3 {
          var sum = 0
          for y in rows { for x in columns { sum += Int(rgb[(y * width + x) * 3 + channel]) } }
          means.append(Int64(sum / (rows.count * columns.count)))
        }
      }
    }
    return means
  }
}
