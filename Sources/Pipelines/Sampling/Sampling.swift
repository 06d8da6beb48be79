import Tensors

/// One run of a sampler: the schedule it walks, and the model, noise and progress it calls.
struct Sampling {
  let levels: [Float]
  let eta: Float
  var noise: any NoiseSource
  private let progress: (SamplingProgress) throws(Diagnostic) -> Void
  private let velocity: (_ latents: [Float], _ t: Float, _ step: Int) throws(Diagnostic) -> [Float]

  init(
    over schedule: Schedule, eta: Float, noise: any NoiseSource,
    progress: @escaping (SamplingProgress) throws(Diagnostic) -> Void,
    velocity: @escaping (_ latents: [Float], _ t: Float, _ step: Int) throws(Diagnostic) -> [Float]
  ) {
    (self.levels, self.eta, self.noise) = (schedule.levels, eta, noise)
    (self.progress, self.velocity) = (progress, velocity)
  }

  /// The steps, each with the level it leaves and the one it reaches.
  var steps: [Step] {
    zip(levels, levels.dropFirst()).enumerated().map { Step(index: $0, from: $1.0, to: $1.1) }
  }

  struct Step {
    let index: Int
    let from: Float
    let to: Float
  }

  /// Tells the progress that `step` begins.
  func begin(_ step: Step) throws(Diagnostic) {
    try progress(SamplingProgress(step: step.index, steps: levels.count - 1, level: step.from))
  }

  /// Tells the progress that all is done.
  func finish() throws(Diagnostic) {
    let steps = max(0, levels.count - 1)
    try progress(SamplingProgress(step: steps, steps: steps, level: levels.last ?? 0))
  }

  /// The model's prediction at `t`.
  func velocity(_ x: Vector, at t: Float, in step: Step) throws(Diagnostic) -> Vector {
    let prediction = try velocity(x.values, t, step.index)
    guard prediction.count == x.count else { throw .countMismatch(prediction.count, x.count) }
    guard prediction.allSatisfy(\.isFinite) else { throw .notFinite(step.index, levels.count - 1) }
    return Vector(prediction)
  }

  /// The denoised latents that a v model sees in `x` at the step's σ.
  func denoised(_ x: Vector, in step: Step) throws(Diagnostic) -> Vector {
    let view = VDenoiser(sigma: step.from)
    let prediction = try velocity(view.in * x, at: view.time, in: step)
    return view.out * prediction + view.skip * x
  }

  /// Fresh noise for `step`, as much as `x`.
  mutating func noise(like x: Vector, for step: Step) throws(Diagnostic) -> Vector {
    var fresh = x
    try noise.next(from: step.from, to: step.to, into: &fresh.values)
    return fresh
  }
}

/// How far a sampler is.
package struct SamplingProgress: Hashable, Sendable {
  /// How many steps are done.
  package let step: Int
  /// How many there are.
  package let steps: Int
  /// The noise level the latents have now.
  package let level: Float
}

extension Diagnostic {
  fileprivate static func countMismatch(_ count: Int, _ expected: Int) -> Diagnostic {
    Diagnostic("the model gave \(count) values for \(expected) latents", kind: .software)
  }
  fileprivate static func notFinite(_ step: Int, _ steps: Int) -> Diagnostic {
    Diagnostic(
      "the model's prediction at step \(step + 1) of \(steps) is not finite",
      note: "an overflow in the weights' precision, or weights that are not the model's",
      help: "try --precision f32, and check the checkpoint with foley inspect")
  }
}
