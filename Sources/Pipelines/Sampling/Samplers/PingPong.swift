import Tensors

extension Sampler {
  /// Denoises fully and adds fresh noise of the next level, for models distilled to few steps.
  ///
  /// Draws noise for the last step too, where its weight is 0.
  package static let pingPong = Sampler(
    "pingpong", "stochastic, for distilled models; their default", objectives: .flows, scale: .flow,
    noise: .gaussian, defaults: SamplingSettings(steps: 8, eta: 1),
    spacing: Schedule.logSNR
  ) { run, start throws(Diagnostic) in
    var x = start
    for step in run.steps {
      try run.begin(step)
      let denoised = x - step.from * (try run.velocity(x, at: step.from, in: step))
      x = (1 - step.to) * denoised + step.to * (try run.noise(like: x, for: step))
    }
    return x
  }
}
