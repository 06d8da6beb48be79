import Families
import Graphs
package import Passes
package import Media
package import Runtime
package import Tensors

/// Makes sounds with a pipeline: encode, denoise, decode.
package struct Generator {
  package let pipeline: Pipeline
  /// What the encoders and the backbone compute in; the decoder's convolutions stay `f32`.
  package let precision: Precision
  package let options: SessionOptions

  package init(
    _ pipeline: Pipeline, _ precision: Precision = .f32, options: SessionOptions = SessionOptions()
  ) {
    (self.pipeline, self.precision, self.options) = (pipeline, precision, options)
  }

  /// A sound and what a person should know of its making.
  package struct Result: Sendable {
    package var sound: Sound
    /// `[channels, frames]`, as the decoder got them.
    package var latents: [Float]
    /// Things that went otherwise than one may think.
    package var warnings: [String]
  }

  /// The sound that `request` asks for. The same request gives the same samples on any number of threads.
  ///
  /// Throws iff the clip cannot be read, a part does not fit, a setting makes no sense, or `progress` throws.
  package func generate(_ request: GenerationRequest, progress: GenerationProgress = { _, _, _ in })
    throws(Diagnostic) -> Result
  {
    var warnings: [String] = []
    let course = try course(of: request)
    let (video, length) = try watch(request, &warnings, progress)
    let samples = Int((length * Double(pipeline.manifest.audio.sampleRate)).rounded())
    _ = try pipeline.manifest.audio.frames(of: samples, isClip: request.video != nil)

    try report(progress, .encodeText, 0, 1)
    var prompts = [request.prompt]
    if course.guidance.isActive, let negative = request.negativePrompt { prompts.append(negative) }
    let texts = try read(prompts, seconds: Int(length.rounded(.up)))
    for (prompt, text) in zip(["prompt", "negative prompt"], texts) where text.dropped > 0 {
      warnings.append("the \(prompt) is too long: its last \(text.dropped) tokens are ignored")
    }
    try report(progress, .encodeText, 1, 1)

    let conditions = Denoiser.Conditions(
      cross: texts[0].cross, global: texts[0].global, negative: texts.count > 1 ? texts[1].cross : nil,
      video: video)
    let (sound, latents) = try sound(under: conditions, samples: samples, course, progress: progress)
    return Result(sound: sound, latents: latents, warnings: warnings)
  }

  /// What the bridge reads of the clip, and the sound's length in seconds.
  private func watch(
    _ request: GenerationRequest, _ warnings: inout [String], _ progress: GenerationProgress
  ) throws(Diagnostic) -> (Denoiser.Conditions.Video?, length: Double) {
    guard let path = request.video else {
      let most = pipeline.manifest.audio.mostSeconds
      return (nil, request.seconds ?? min(Self.standardSeconds, most))
    }
    guard request.seconds == nil else { throw .lengthTwice() }
    guard let (bridge, checkpoint) = try pipeline.bridge() else { throw .noBridge(pipeline.path) }
    let clip = try ClipFrames(
      path, start: request.start, duration: request.duration, of: pipeline.manifest.video,
      by: try pipeline.preprocessor(), progress: progress)
    if clip.damaged > 0 { warnings.append("\(clip.damaged) packets of \(path) are damaged") }
    let scale = request.videoScale ?? bridge.scale
    guard scale.isFinite else { throw .scale(scale) }
    var conditioner = try VideoConditioner(pipeline, pooling: bridge.pooling, precision, options: options)
    let tokens = try conditioner.tokens(of: clip, progress: progress)
    let width = tokens.shape.last ?? 0
    guard width == bridge.videoDim else { throw .videoWidth(width, bridge.videoDim) }
    // At scale 0 the bridge adds nothing: it is left out.
    guard scale != 0 else { return (nil, clip.duration) }
    return (
      Denoiser.Conditions.Video(bridge: bridge, checkpoint: checkpoint, tokens: tokens, scale: scale),
      clip.duration
    )
  }

  /// What the backbone reads of each prompt.
  private func read(_ prompts: [String], seconds: Int) throws(Diagnostic) -> [TextConditioner.Result] {
    var conditioner = try TextConditioner(pipeline, precision, options: options)
    var texts: [TextConditioner.Result] = []
    for prompt in prompts { texts.append(try conditioner.condition(prompt, seconds: seconds)) }
    return texts
  }

  /// The sound's length where nobody says one and the backbone makes as much, in seconds.
  static let standardSeconds = 10.0
}

extension Diagnostic {
  fileprivate static func lengthTwice() -> Diagnostic {
    Diagnostic(
      "with a clip the sound is as long as the clip, so --seconds says it twice",
      help: "cut the clip with --start and --duration", kind: .usage)
  }
  fileprivate static func noBridge(_ path: String) -> Diagnostic {
    Diagnostic(
      "the pipeline has no bridge, so it cannot follow a video", at: path,
      help: "assemble it with --video-encoder, and with --bridge where one is trained", kind: .usage)
  }
  fileprivate static func scale(_ scale: Double) -> Diagnostic {
    Diagnostic("the video scale is \(scale), expected a number", kind: .usage)
  }
  fileprivate static func videoWidth(_ width: Int, _ expected: Int) -> Diagnostic {
    Diagnostic(
      "the video encoder's tokens are \(width) wide, but the bridge is for \(expected)",
      help: "use the encoder the bridge was trained with")
  }
}
