import Media
import Runtime
import Tensors

extension Generator {
  /// How a request samples the backbone.
  struct Course {
    let sampler: Sampler
    let settings: SamplingSettings
    let guidance: Guidance
    let seed: UInt64
  }

  /// The course of `request`; the pipeline's own settings serve where it says nothing. Throws iff the backbone
  /// cannot be sampled so.
  func course(of request: GenerationRequest) throws(Diagnostic) -> Course {
    let sampling = try pipeline.manifest.sampling.choosing(
      sampler: request.sampler, steps: request.steps, guidance: request.guidance, highest: request.highest,
      lowest: request.lowest)
    let (sampler, settings) = try sampling.resolved()
    let guidance = Guidance(
      scale: Float(sampling.guidance), rescale: Float(request.guidanceRescale))
    return Course(sampler: sampler, settings: settings, guidance: guidance, seed: request.seed)
  }

  /// The sound of `samples` samples under `conditions`, and its latents `[channels, frames]`.
  ///
  /// Throws iff it is longer than the backbone takes, a part does not fit, a setting makes no sense, or
  /// `progress` throws.
  func sound(
    under conditions: Denoiser.Conditions, samples: Int, _ course: Course, progress: GenerationProgress
  ) throws(Diagnostic) -> (sound: Sound, latents: [Float]) {
    let audio = pipeline.manifest.audio
    let frames = try audio.frames(of: samples, isClip: conditions.video != nil)
    try report(progress, .prepare, 0, 1)
    var denoiser = try Denoiser(
      try pipeline.model("backbone"), conditions, guidance: course.guidance, channels: audio.latentChannels,
      latents: frames, precision, options: options)
    try report(progress, .prepare, 1, 1)

    let sampler = course.sampler
    var generator = TorchGenerator(seed: course.seed)
    let start = generator.normals(audio.latentChannels * frames)
    let schedule = try sampler.schedule(course.settings)
    var noise = sampler.noiseSource(for: schedule, count: start.count, from: &generator)
    let latents = try sampler.sample(
      try sampler.start(start, at: schedule), over: schedule, eta: course.settings.eta, noise: &noise,
      progress: { (now) throws(Diagnostic) in try report(progress, .denoise, now.step, now.steps) },
      velocity: { (x, t, _) throws(Diagnostic) in try denoiser.velocity(x, at: t) })

    var decoder = try LatentDecoder(try pipeline.model("decoder"), audio, precision, options: options)
    return (try decoder.decode(latents, count: samples, progress: progress), latents)
  }
}

extension PipelineManifest.Audio {
  /// The latent frames of a sound of `samples` samples, of a clip or not. Throws iff it has none, or too many for the
  /// backbone.
  func frames(of samples: Int, isClip: Bool) throws(Diagnostic) -> Int {
    let frames = (samples + samplesPerLatent - 1) / samplesPerLatent
    let seconds = Double(samples) / Double(sampleRate)
    guard samples > 0 else { throw .noLength(seconds) }
    guard frames <= mostLatents else { throw .tooLong(seconds, self, isClip: isClip) }
    return frames
  }
}

extension Diagnostic {
  fileprivate static func noLength(_ seconds: Double) -> Diagnostic {
    Diagnostic(
      "a sound of \(seconds) s has no samples", help: "pass a clip or --seconds above 0", kind: .usage)
  }
  fileprivate static func tooLong(_ seconds: Double, _ audio: PipelineManifest.Audio, isClip: Bool)
    -> Diagnostic
  {
    Diagnostic(
      "a sound of \(seconds) s is longer than the backbone's \(audio.mostSeconds) s",
      help: isClip ? "cut the clip with --start and --duration" : "pass a smaller --seconds", kind: .usage)
  }
}
