package import Tensors

/// A way from noise to latents through calls of a diffusion model.
///
/// Made by the files of `Samplers`, one each; `Sampler.all` lists them.
package struct Sampler: Sendable {
  package let name: String
  package let aliases: [String]
  /// One line for `--help`.
  package let summary: String
  /// The objectives whose models it can sample.
  package let objectives: [Objective]
  /// What the levels of its schedule mean.
  package let scale: NoiseScale
  /// The noise it draws while it runs (at `eta` above 0).
  package let noise: Noise
  package let defaults: SamplingSettings
  /// The levels between the highest and 0, for settings that `check` accepts.
  let spacing: @Sendable (SamplingSettings) -> Schedule
  let run: @Sendable (inout Sampling, Vector) throws(Diagnostic) -> Vector

  package enum Noise: Hashable, Sendable { case none, gaussian, brownian }

  init(
    _ name: String, aliases: [String] = [], _ summary: String, objectives: [Objective], scale: NoiseScale,
    noise: Noise = .none, defaults: SamplingSettings,
    spacing: @escaping @Sendable (SamplingSettings) -> Schedule,
    run: @escaping @Sendable (inout Sampling, Vector) throws(Diagnostic) -> Vector
  ) {
    (self.name, self.aliases, self.summary) = (name, aliases, summary)
    (self.objectives, self.scale, self.noise, self.defaults) = (objectives, scale, noise, defaults)
    (self.spacing, self.run) = (spacing, run)
  }
}

extension Sampler {
  /// The noise levels for `settings`. Throws iff they make none.
  package func schedule(_ settings: SamplingSettings) throws(Diagnostic) -> Schedule {
    try settings.check(on: scale, for: name)
    return spacing(settings)
  }

  /// The latents to begin with: unit-variance `noise` brought to the schedule's first level, over the latents
  /// of an `initial` clip if there is one.
  ///
  /// Throws iff the two differ in length.
  package func start(_ noise: [Float], over initial: [Float]? = nil, at schedule: Schedule)
    throws(Diagnostic) -> [Float]
  {
    let weights = scale.weights(at: schedule.first)
    guard let initial else {
      return scale == .sigma ? (weights.noise * Vector(noise)).values : noise
    }
    guard initial.count == noise.count else { throw .startMismatch(initial.count, noise.count) }
    return (weights.signal * Vector(initial) + weights.noise * Vector(noise)).values
  }

  /// The noise source that upstream uses for `count` latents, seeded from `generator` after everything
  /// else was drawn from it.
  package func noiseSource(for schedule: Schedule, count: Int, from generator: inout TorchGenerator)
    -> any NoiseSource
  {
    switch noise {
    case .none: FixedNoise([])
    case .gaussian: GaussianNoise(generator)
    case .brownian: BrownianNoise(seed: generator.integer(), over: schedule, count: count)
    }
  }

  /// Walks `latents` (from `start`) down `schedule`.
  ///
  /// `velocity` is the model: latents, t in 0...1 and the step in, its prediction out, as many values.
  /// `progress` is called before every step and once at the end; what it throws ends the run.
  /// Throws what the three throw, and iff a prediction has another length or a value that is not finite.
  package func sample(
    _ latents: [Float], over schedule: Schedule, eta: Float? = nil, noise: inout any NoiseSource,
    progress: (SamplingProgress) throws(Diagnostic) -> Void = { _ in },
    velocity: (_ latents: [Float], _ t: Float, _ step: Int) throws(Diagnostic) -> [Float]
  ) throws(Diagnostic) -> [Float] {
    let outcome = withoutActuallyEscaping(velocity) { velocity in
      withoutActuallyEscaping(progress) { progress in
        var sampling = Sampling(
          over: schedule, eta: eta ?? defaults.eta, noise: noise, progress: progress, velocity: velocity)
        let outcome = Result { () throws(Diagnostic) in
          let values = try run(&sampling, Vector(latents)).values
          try sampling.finish()
          return values
        }
        noise = sampling.noise
        return outcome
      }
    }
    return try outcome.get()
  }
}

extension Diagnostic {
  fileprivate static func startMismatch(_ initial: Int, _ noise: Int) -> Diagnostic {
    Diagnostic("the initial latents have \(initial) values, but the noise has \(noise)", kind: .software)
  }
}
