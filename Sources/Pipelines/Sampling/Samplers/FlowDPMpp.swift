import Tensors

extension Sampler {
  /// DPM-Solver++(2M) on a rectified flow: second order in the log signal-to-noise ratio.
  package static let flowDPMpp = Sampler(
    "dpmpp", "deterministic, second order", objectives: .flows, scale: .flow,
    defaults: SamplingSettings(steps: 50), spacing: Schedule.logSNR
  ) { run, start throws(Diagnostic) in
    let logSNR = { (t: Float) in Elementary.log((1 - t) / t) }
    var (x, past) = (start, (denoised: Vector, h: Float)?.none)
    for step in run.steps {
      try run.begin(step)
      let denoised = x - step.from * (try run.velocity(x, at: step.from, in: step))
      // Infinite at t = 1 and t = 0, where the formulas below take their limits.
      let h = logSNR(step.to) - logSNR(step.from)
      var target = denoised
      if let past, step.to > 0 {
        let half = 1 / (2 * (past.h / h))
        target = (1 + half) * denoised - half * past.denoised
      }
      x = (step.to / step.from) * x - ((1 - step.to) * Elementary.expm1(-h)) * target
      past = (denoised, h)
    }
    return x
  }
}
