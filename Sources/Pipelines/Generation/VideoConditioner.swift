import Families
import Media
import Passes
import Runtime
import Tensors

/// Frames of clips to the tokens the bridge reads, by an encoder that is compiled once.
///
/// Source: Foley Control, section 3: 16 frames a second in segments of 4 s, each encoded by itself and pooled
/// to one token an encoded frame; the last segment is filled by repeating its last frame, and what was
/// encoded of the filling is dropped.
struct VideoConditioner: ~Copyable {
  private let video: PipelineManifest.Video
  private let pooling: Bridge.Pooling
  private var encoder: Session

  /// Throws iff the pipeline has no video encoder or its weights do not fit.
  init(
    _ pipeline: Pipeline, pooling: Bridge.Pooling, _ precision: Precision = .f32, options: SessionOptions
  ) throws(Diagnostic) {
    (video, self.pooling) = (pipeline.manifest.video, pooling)
    encoder = try Session(try pipeline.model("video_encoder"), precision, options: options)
  }

  /// The tokens of `clip`, `[1, F·P, width]`: F encoded frames of P tokens, encoded segment by segment.
  mutating func tokens(of clip: ClipFrames, progress: GenerationProgress = { _, _, _ in })
    throws(Diagnostic) -> Tensor
  {
    let frames = clip.planes
    let segments = (frames.count + video.segmentFrames - 1) / video.segmentFrames
    var tokens: [Float] = []
    var width = 0
    for segment in 0..<segments {
      try report(progress, .encodeVideo, segment, segments)
      let pixels = TensorType(.f32, shape: [1, video.segmentFrames, 3, clip.side, clip.side])
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
    let kept = video.tokens(of: frames.count, pooling)
    return try Tensor(floats: Array(tokens.prefix(kept * width)), shape: [1, kept, width])
  }

  /// Where the time of the encoder went since this was asked last.
  mutating func takeProfile() -> Profile { encoder.takeProfile() }
}

extension PipelineManifest.Video {
  /// How many tokens the bridge reads of so many frames.
  func tokens(of frames: Int, _ pooling: Bridge.Pooling) -> Int {
    (frames + tubelet - 1) / tubelet * pooling.tokensPerFrame
  }
}
