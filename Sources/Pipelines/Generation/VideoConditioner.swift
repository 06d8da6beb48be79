import Families
import Media
import Passes
import ReaderPipe
import Runtime
import Tensors

/// A clip to the tokens the bridge reads.
///
/// Source: Foley Control, section 3: 16 frames a second in segments of 4 s, each encoded by itself and pooled
/// to one token an encoded frame; the last segment is filled by repeating its last frame, and what was
/// encoded of the filling is dropped.
struct VideoConditioner {
  let pipeline: Pipeline
  let options: SessionOptions

  struct Result {
    /// `[1, F·P, width]`: F encoded frames of P tokens.
    let tokens: Tensor
    /// Seconds of the clip, or of the part of it that was asked for.
    let duration: Double
    let damaged: Int
  }

  func condition(
    _ path: String, start: Double, duration: Double?, pooling: Bridge.Pooling, progress: GenerationProgress
  ) throws(Diagnostic) -> Result {
    let video = pipeline.manifest.video
    let preprocessor = try pipeline.preprocessor()
    var frames: [[Float]] = []
    var size = 0
    var most = 0
    let summary = try VideoReader().frames(
      path: path, rate: video.frameRate, start: start, duration: duration, limit: video.mostSeconds,
      onProbe: { (probe) throws(Diagnostic) in
        let seconds = min(duration ?? .infinity, (probe.duration ?? video.mostSeconds) - start)
        most = Int((seconds * Double(video.frameRate)).rounded(.up))
      },
      onFrame: { (frame) throws(Diagnostic) in
        let planes = try preprocessor.planes(of: frame)
        guard frames.isEmpty || planes.count == frames[0].count else { throw .resized(path) }
        size = preprocessor.outputSize(of: frame).height
        frames.append(planes)
        try report(progress, .readVideo, frames.count, max(most, frames.count))
      })
    guard !frames.isEmpty else { throw .noFrames(path) }
    let tokens = try encode(frames, side: size, pooling, progress)
    let whole = Double(frames.count) / Double(video.frameRate)
    let end = summary.end.map { $0 - start } ?? whole
    let length = min(duration ?? .infinity, end > 0 ? end : whole)
    return Result(tokens: tokens, duration: length, damaged: summary.damaged)
  }

  /// Encodes the frames segment by segment.
  private func encode(
    _ frames: [[Float]], side: Int, _ pooling: Bridge.Pooling, _ progress: GenerationProgress
  ) throws(Diagnostic) -> Tensor {
    let video = pipeline.manifest.video
    let model = try pipeline.model("video_encoder")
    var encoder = try Session(model, options: options)
    let segments = (frames.count + video.segmentFrames - 1) / video.segmentFrames
    var tokens: [Float] = []
    var width = 0
    for segment in 0..<segments {
      try report(progress, .encodeVideo, segment, segments)
      let pixels = TensorType(.f32, shape: [1, video.segmentFrames, 3, side, side])
      try encoder.bind(["pixel_values_videos": pixels])
      try encoder.withInput("pixel_values_videos") { (target) throws(Diagnostic) in
        for index in 0..<video.segmentFrames {
          let frame = frames[min(segment * video.segmentFrames + index, frames.count - 1)]
          for (place, value) in frame.enumerated() { target[index * frame.count + place] = value }
        }
      }
      try encoder.run()
      let hidden = try encoder.output("last_hidden_state")
      width = hidden.shape.last ?? 0
      let pooled = VideoPooling(side: video.side, to: pooling.side, width: width)
      tokens += try pooled.pool(try hidden.floats())
    }
    try report(progress, .encodeVideo, segments, segments)
    let kept = (frames.count + video.tubelet - 1) / video.tubelet * pooling.tokensPerFrame
    return try Tensor(floats: Array(tokens.prefix(kept * width)), shape: [1, kept, width])
  }
}

/// Calls `progress`; what it throws that is no diagnostic counts as an interruption.
func report(_ progress: GenerationProgress, _ stage: GenerationStage, _ done: Int, _ total: Int)
  throws(Diagnostic)
{
  do {
    try progress(stage, done, total)
  } catch let diagnostic as Diagnostic {
    throw diagnostic
  } catch {
    throw Diagnostic("stopped while \(stage.rawValue): \(error)", kind: .interrupted)
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
