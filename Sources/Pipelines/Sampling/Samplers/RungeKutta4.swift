import Tensors

extension Sampler {
  /// The classic Runge-Kutta method on a rectified flow, over evenly spaced t: four model calls a step.
  package static let rungeKutta4 = Sampler(
    "rk4", "deterministic, fourth order, four model calls a step", objectives: .flows, scale: .flow,
    defaults: SamplingSettings(steps: 50), spacing: Schedule.linear
  ) { run, start throws(Diagnostic) in
    var x = start
    for step in run.steps {
      try run.begin(step)
      let length = step.to - step.from
      let middle = step.from + length / 2
      let k1 = try run.velocity(x, at: step.from, in: step)
      let k2 = try run.velocity(x + (length / 2) * k1, at: middle, in: step)
      let k3 = try run.velocity(x + (length / 2) * k2, at: middle, in: step)
      let k4 = try run.velocity(x + length * k3, at: step.to, in: step)
      x = x + (length / 6) * (k1 + 2 * k2 + 2 * k3 + k4)
    }
    return x
  }
}
