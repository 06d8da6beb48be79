import Tensors

extension Sampler {
  /// Euler's method along the straight paths of a rectified flow.
  package static let euler = Sampler(
    "euler", "deterministic, first order; the default for rectified flows", objectives: .flows, scale: .flow,
    defaults: SamplingSettings(steps: 50), spacing: Schedule.logSNR
  ) { run, start throws(Diagnostic) in
    var x = start
    for step in run.steps {
      try run.begin(step)
      x = x + (step.to - step.from) * (try run.velocity(x, at: step.from, in: step))
    }
    return x
  }
}
