import Tensors

extension Sampler {
  /// DPM-Solver++(2M) SDE, midpoint form: second order from the last prediction, noise from one Brownian
  /// path.
  package static let dpmpp2MSDE = Sampler(
    "dpmpp-2m-sde", "stochastic, second order", objectives: [.v], scale: .sigma, noise: .brownian,
    defaults: .stableAudio(eta: 1), spacing: Schedule.polyexponential
  ) { run, start throws(Diagnostic) in
    var (x, past) = (start, (denoised: Vector, h: Float)?.none)
    for step in run.steps {
      try run.begin(step)
      let denoised = try run.denoised(x, in: step)
      guard step.to > 0 else {
        x = denoised
        continue
      }
      let h = -Elementary.log(step.to) - -Elementary.log(step.from)
      let hEta = run.eta * h
      let pull = -Elementary.expm1(-h - hEta)
      x = (step.to / step.from * Elementary.exp(-hEta)) * x + pull * denoised
      if let past {
        x = x + (0.5 * pull * (1 / (past.h / h))) * (denoised - past.denoised)
      }
      if run.eta > 0 {
        let spread = (-Elementary.expm1(-2 * hEta)).squareRoot()
        x = x + spread * (step.to * (try run.noise(like: x, for: step)))
      }
      past = (denoised, h)
    }
    return x
  }
}
