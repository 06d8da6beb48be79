import Tensors

extension Sampler {
  /// DPM-Solver++(2M): deterministic, second order from the last prediction.
  package static let dpmpp2M = Sampler(
    "dpmpp-2m", "deterministic, second order", objectives: [.v], scale: .sigma,
    defaults: .stableAudio(eta: 0),
    spacing: Schedule.polyexponential
  ) { run, start throws(Diagnostic) in
    var (x, past) = (start, (denoised: Vector, h: Float)?.none)
    for step in run.steps {
      try run.begin(step)
      let denoised = try run.denoised(x, in: step)
      let (time, next) = (-Elementary.log(step.from), -Elementary.log(step.to))
      let h = next - time
      var target = denoised
      if let past, step.to > 0 {
        let half = 1 / (2 * (past.h / h))
        target = (1 + half) * denoised - half * past.denoised
      }
      x = (Elementary.exp(-next) / Elementary.exp(-time)) * x - Elementary.expm1(-h) * target
      past = (denoised, h)
    }
    return x
  }
}
