import Families
import Media
import Passes
package import Runtime
package import Tensors

/// Times the stages of making one clip, each as `Generator` computes it, on made-up frames and latents.
package struct ClipTiming {
  /// In the order in which a clip takes them.
  package enum Stage: String, CaseIterable, Sendable {
    /// Encoding a prompt, and the conditioners.
    case textEncoder = "text-encoder"
    /// Encoding one segment of frames.
    case videoEncoder = "video-encoder"
    /// What of the bridged backbone is computed once a clip.
    case clip
    /// One call of the backbone, for both rows of guidance.
    case step
    /// Latents to sound.
    case decoder
  }

  package let seconds: Double
  package let steps: Int
  package let guidance: Double
  /// Without the video's where the pipeline has none.
  package let stages: [Stage]

  private let generator: Generator
  private let course: Generator.Course
  private let samples: Int
  private let frames: Int

  /// A clip of so many `seconds`, by default the longest that the pipeline takes, or without a video encoder the
  /// usual length of a sound; `steps` and `guidance` are the pipeline's where not given.
  ///
  /// Throws iff the clip is longer than a part takes, or it cannot be sampled so.
  package init(
    _ generator: Generator, seconds: Double? = nil, steps: Int? = nil, guidance: Double? = nil
  ) throws(Diagnostic) {
    var timed = generator.options
    timed.measuresTime = true
    self.generator = Generator(generator.pipeline, generator.precision, options: timed)
    let manifest = generator.pipeline.manifest
    let hasVideo = manifest[part: "video_encoder"] != nil && manifest[part: "bridge"] != nil
    let usual = hasVideo ? manifest.video.mostSeconds : Generator.standardSeconds
    let length = seconds ?? min(usual, manifest.audio.mostSeconds)
    guard !hasVideo || length <= manifest.video.mostSeconds else {
      throw .tooLong(length, manifest.video.mostSeconds)
    }
    (samples, self.seconds) = (Int((length * Double(manifest.audio.sampleRate)).rounded()), length)
    frames = try manifest.audio.frames(of: samples, isClip: false)
    var request = GenerationRequest()
    (request.steps, request.guidance) = (steps, guidance)
    course = try generator.course(of: request)
    self.steps = course.settings.steps
    self.guidance = Double(course.guidance.scale)
    stages = Stage.allCases.filter { hasVideo || $0 != .videoEncoder }
  }

  /// How often a clip takes the stage. Throws iff there is no schedule of so many steps.
  package func count(of stage: Stage) throws(Diagnostic) -> Int {
    switch stage {
    case .textEncoder, .clip, .decoder: return 1
    case .videoEncoder:
      let video = generator.pipeline.manifest.video
      let frames = max(1, Int((seconds * Double(video.frameRate)).rounded()))
      return (frames + video.segmentFrames - 1) / video.segmentFrames
    case .step:
      var (calls, numbers) = (0, TorchGenerator(seed: 0))
      let schedule = try course.sampler.schedule(course.settings)
      var noise = course.sampler.noiseSource(for: schedule, count: 1, from: &numbers)
      _ = try course.sampler.sample(
        [0], over: schedule, eta: course.settings.eta, noise: &noise,
        velocity: { (latents, _, _) throws(Diagnostic) in
          calls += 1
          return latents.map { _ in 0 }
        })
      return calls
    }
  }

  /// Computes the stage once, and `runs` times more. Throws iff a part is missing or does not fit.
  package func time(_ stage: Stage, runs: Int, progress: StageTimer.Progress = { _, _, _ in })
    throws(Diagnostic) -> StageTiming
  {
    switch stage {
    case .textEncoder: try timeText(runs, progress)
    case .videoEncoder: try timeVideo(runs, progress)
    case .clip: try timeClip(runs, progress)
    case .step: try timeStep(runs, progress)
    case .decoder: try timeDecoder(runs, progress)
    }
  }
}

extension ClipTiming {
  private func timeText(_ runs: Int, _ progress: StageTimer.Progress) throws(Diagnostic) -> StageTiming {
    let timer = StageTimer(Stage.textEncoder.rawValue)
    var conditioner = try self.conditioner()
    var take = 0
    return try timer.time(runs: runs, progress: progress) { () throws(Diagnostic) in
      // Another prompt each time: equal ones are encoded once.
      take += 1
      _ = try conditioner.condition("rain on a tin roof, take \(take)", seconds: wholeSeconds)
      return conditioner.takeProfile()
    }
  }

  private func timeVideo(_ runs: Int, _ progress: StageTimer.Progress) throws(Diagnostic) -> StageTiming {
    let timer = StageTimer(Stage.videoEncoder.rawValue)
    guard let (bridge, _) = try generator.pipeline.bridge() else { throw .noVideo(generator.pipeline.path) }
    let video = generator.pipeline.manifest.video
    let preprocessor = try generator.pipeline.preprocessor()
    let side = preprocessor.crop?.height ?? preprocessor.shortestEdge ?? 256
    let segment = Double(video.segmentFrames) / Double(video.frameRate)
    let clip = ClipFrames(
      still: noise(3 * side * side), side: side, seconds: min(seconds, segment), rate: video.frameRate)
    var conditioner = try VideoConditioner(
      generator.pipeline, pooling: bridge.pooling, generator.precision, options: generator.options)
    return try timer.time(runs: runs, progress: progress) { () throws(Diagnostic) in
      _ = try conditioner.tokens(of: clip)
      return conditioner.takeProfile()
    }
  }

  private func timeClip(_ runs: Int, _ progress: StageTimer.Progress) throws(Diagnostic) -> StageTiming {
    let conditions = try self.conditions()
    let timer = StageTimer(Stage.clip.rawValue)
    let audio = generator.pipeline.manifest.audio
    let parts = try Denoiser.Parts(
      try generator.pipeline.model("backbone"), conditions, rows: course.guidance.isActive ? 2 : 1,
      channels: audio.latentChannels, latents: frames, generator.precision)
    var clip = try parts.clip(generator.options)
    return try timer.time(runs: runs, progress: progress) { () throws(Diagnostic) in
      _ = try clip.run(parts.clipInputs)
      return clip.takeProfile()
    }
  }

  private func timeStep(_ runs: Int, _ progress: StageTimer.Progress) throws(Diagnostic) -> StageTiming {
    let conditions = try self.conditions()
    let timer = StageTimer(Stage.step.rawValue)
    let audio = generator.pipeline.manifest.audio
    let latents = noise(audio.latentChannels * frames)
    var denoiser = try Denoiser(
      try generator.pipeline.model("backbone"), conditions, guidance: course.guidance,
      channels: audio.latentChannels, latents: frames, generator.precision, options: generator.options)
    return try timer.time(runs: runs, progress: progress) { () throws(Diagnostic) in
      _ = try denoiser.velocity(latents, at: 0.5)
      return denoiser.takeProfile()
    }
  }

  private func timeDecoder(_ runs: Int, _ progress: StageTimer.Progress) throws(Diagnostic) -> StageTiming {
    let timer = StageTimer(Stage.decoder.rawValue)
    let audio = generator.pipeline.manifest.audio
    let latents = noise(audio.latentChannels * frames)
    var decoder = try LatentDecoder(
      try generator.pipeline.model("decoder"), audio, generator.precision, options: generator.options)
    return try timer.time(runs: runs, progress: progress) { () throws(Diagnostic) in
      _ = try decoder.decode(latents, count: samples) { _, _, _ in }
      return decoder.takeProfile()
    }
  }

  private func conditioner() throws(Diagnostic) -> TextConditioner {
    try TextConditioner(generator.pipeline, generator.precision, options: generator.options)
  }

  /// What the backbone reads of a prompt, and of a video where there is one.
  private func conditions() throws(Diagnostic) -> Denoiser.Conditions {
    var conditioner = try self.conditioner()
    let text = try conditioner.condition("rain on a tin roof", seconds: wholeSeconds)
    var conditions = Denoiser.Conditions(cross: text.cross, global: text.global)
    if stages.contains(.videoEncoder), let (bridge, checkpoint) = try generator.pipeline.bridge() {
      let video = generator.pipeline.manifest.video
      let frames = max(1, Int((seconds * Double(video.frameRate)).rounded()))
      let shape = [1, video.tokens(of: frames, bridge.pooling), bridge.videoDim]
      conditions.video = Denoiser.Conditions.Video(
        bridge: bridge, checkpoint: checkpoint,
        tokens: try Tensor(floats: noise(shape.reduce(1, *)), shape: shape), scale: 1)
    }
    return conditions
  }

  private var wholeSeconds: Int { Int(seconds.rounded(.up)) }

  private func noise(_ count: Int) -> [Float] {
    var numbers = TorchGenerator(seed: 0)
    return numbers.normals(count)
  }
}

extension Diagnostic {
  fileprivate static func tooLong(_ seconds: Double, _ most: Double) -> Diagnostic {
    Diagnostic(
      "a clip of \(seconds) s is longer than the pipeline's longest, \(most) s",
      help: "pass a smaller --seconds", kind: .usage)
  }
  fileprivate static func noVideo(_ path: String) -> Diagnostic {
    Diagnostic(
      "\(path) has no bridge, so no video is encoded", help: "assemble it with --video-encoder",
      kind: .usage)
  }
}
