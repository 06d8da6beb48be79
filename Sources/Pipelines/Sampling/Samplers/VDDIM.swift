import Tensors

extension Sampler {
  /// DDIM on the angle of a v model; eta above 0 exchanges part of the predicted noise for fresh noise.
  package static let vDDIM = Sampler(
    "v-ddim", aliases: ["ddim"], "first order on the angle, deterministic at eta 0", objectives: [.v],
    scale: .angle, noise: .gaussian, defaults: SamplingSettings(steps: 100),
    spacing: Schedule.linear
  ) { run, start throws(Diagnostic) in
    var x = start
    for step in run.steps {
      try run.begin(step)
      let now = NoiseScale.angle.weights(at: step.from)
      let velocity = try run.velocity(x, at: step.from, in: step)
      let clean = now.signal * x - now.noise * velocity
      guard step.to > 0 else {
        x = clean
        continue
      }
      let noise = now.noise * x + now.signal * velocity
      let next = NoiseScale.angle.weights(at: step.to)
      let kept = 1 - (now.signal * now.signal) / (next.signal * next.signal)
      let fresh =
        run.eta * ((next.noise * next.noise) / (now.noise * now.noise)).squareRoot() * kept.squareRoot()
      x = next.signal * clean + (next.noise * next.noise - fresh * fresh).squareRoot() * noise
      if run.eta > 0 { x = x + fresh * (try run.noise(like: x, for: step)) }
    }
    return x
  }
}
