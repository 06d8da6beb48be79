import Tensors

extension Sampler {
  /// DPM-Solver++(3M) SDE: third order from the last two predictions, noise from one Brownian path.
  package static let dpmpp3MSDE = Sampler(
    "dpmpp-3m-sde", "stochastic, third order; the default for v models", objectives: [.v], scale: .sigma,
    noise: .brownian, defaults: .stableAudio(eta: 1), spacing: Schedule.polyexponential
  ) { run, start throws(Diagnostic) in
    var (x, past) = (start, [(denoised: Vector, h: Float)]())
    for step in run.steps {
      try run.begin(step)
      let denoised = try run.denoised(x, in: step)
      guard step.to > 0 else {
        x = denoised
        continue
      }
      let h = -Elementary.log(step.to) - -Elementary.log(step.from)
      let hEta = h * (run.eta + 1)
      x = Elementary.exp(-hEta) * x + -Elementary.expm1(-hEta) * denoised

      let phi2 = Elementary.expm1(-hEta) / hEta + 1
      if past.count == 2 {
        let (r0, r1) = (past[0].h / h, past[1].h / h)
        let slope0 = (denoised - past[0].denoised) / r0
        let slope1 = (past[0].denoised - past[1].denoised) / r1
        let bend = slope0 - slope1
        let phi3 = phi2 / hEta - 0.5
        x = x + phi2 * (slope0 + (r0 * bend) / (r0 + r1)) - phi3 * (bend / (r0 + r1))
      } else if past.count == 1 {
        x = x + phi2 * ((denoised - past[0].denoised) / (past[0].h / h))
      }

      if run.eta > 0 {
        let spread = (-Elementary.expm1(-2 * h * run.eta)).squareRoot()
        x = x + spread * (step.to * (try run.noise(like: x, for: step)))
      }
      past = [(denoised, h)] + past.prefix(1)
    }
    return x
  }
}
