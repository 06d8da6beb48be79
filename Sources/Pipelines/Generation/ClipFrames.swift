import Media
import ReaderPipe
import Tensors

/// The frames of a clip, or of a part of it, as the video encoder takes them.
struct ClipFrames {
  /// One array a frame: 3 planes of `side` by `side` pixels.
  private(set) var planes: [[Float]] = []
  private(set) var side = 0
  /// Seconds of the clip, or of the part of it that was asked for.
  private(set) var duration = 0.0
  /// Seconds that the file states for the whole clip; `nil` iff it does not.
  private(set) var stated: Double?
  /// Packets that the decoder found damaged.
  private(set) var damaged = 0

  /// Reads `duration` seconds of the clip at `path` from `start`; `nil` for all the rest.
  ///
  /// Throws iff the clip cannot be read, holds no frame there, is longer than the pipeline's longest clip, or
  /// `progress` throws.
  init(
    _ path: String, start: Double, duration: Double?, of video: PipelineManifest.Video,
    by preprocessor: VideoPreprocessor, reader: VideoReader = VideoReader(),
    progress: GenerationProgress = { _, _, _ in }
  ) throws(Diagnostic) {
    var reading = try Self.begin(path, start: start, duration: duration, of: video, reader: reader)
    try self.init(&reading, of: video, by: preprocessor, progress: progress)
  }

  /// Lets the decoding of what `init` reads begin.
  static func begin(
    _ path: String, start: Double, duration: Double?, of video: PipelineManifest.Video,
    reader: VideoReader = VideoReader()
  ) throws(Diagnostic) -> VideoReading {
    try reader.begin(
      path: path, rate: video.frameRate, start: start, duration: duration, limit: video.mostSeconds)
  }

  /// Takes what was begun.
  init(
    _ reading: inout VideoReading, of video: PipelineManifest.Video, by preprocessor: VideoPreprocessor,
    progress: GenerationProgress = { _, _, _ in }
  ) throws(Diagnostic) {
    let (path, start, duration) = (reading.path, reading.start, reading.duration)
    var (planes, side, most): ([[Float]], Int, Int) = ([], 0, 0)
    var stated: Double?
    let summary = try reading.frames(
      onProbe: { (probe) throws(Diagnostic) in
        stated = probe.duration
        let seconds = min(duration ?? .infinity, (probe.duration ?? video.mostSeconds) - start)
        most = Int((seconds * Double(video.frameRate)).rounded(.up))
      },
      onFrame: { (frame) throws(Diagnostic) in
        let pixels = try preprocessor.planes(of: frame)
        guard planes.isEmpty || pixels.count == planes[0].count else { throw .resized(path) }
        side = preprocessor.outputSize(of: frame).height
        planes.append(pixels)
        try report(progress, .readVideo, planes.count, max(most, planes.count))
      })
    guard !planes.isEmpty else { throw .noFrames(path) }
    let whole = Double(planes.count) / Double(video.frameRate)
    let end = summary.end.map { $0 - start } ?? whole
    (self.planes, self.side, self.stated, damaged) = (planes, side, stated, summary.damaged)
    self.duration = min(duration ?? .infinity, end > 0 ? end : whole)
  }

  /// So many seconds of a square picture that stands still, of `rate` frames a second, at least one frame.
  init(still picture: [Float], side: Int, seconds: Double, rate: Int) {
    let count = max(1, Int((seconds * Double(rate)).rounded()))
    (planes, self.side, duration) = (Array(repeating: picture, count: count), side, seconds)
  }

  /// The frames of the first `seconds`, of `rate` a second; at least one.
  func prefix(_ seconds: Double, rate: Int) -> ClipFrames {
    guard seconds < duration else { return self }
    var clip = self
    clip.planes = Array(planes.prefix(max(1, Int((seconds * Double(rate)).rounded()))))
    clip.duration = seconds
    return clip
  }
}

extension Diagnostic {
  fileprivate static func resized(_ path: String) -> Diagnostic {
    Diagnostic("the frames of \(path) change their size", at: path, help: "re-encode the clip at one size")
  }
  fileprivate static func noFrames(_ path: String) -> Diagnostic {
    Diagnostic("no frame of \(path) could be read", at: path, help: "check --start and that the clip plays")
  }
}
