import Glibc

extension Objective {
  /// How much of the clean latents and of the noise there is at time `time` in 0…1.
  package func levels(at time: Double) -> (signal: Double, noise: Double) {
    switch self {
    case .v: (cos(time * .pi / 2), sin(time * .pi / 2))
    case .rectifiedFlow, .rectifiedFlowDenoiser: (1 - time, time)
    }
  }

  /// What the denoiser is shown at `time`, and what it is to answer.
  package func noised(_ latents: [Float], with noise: [Float], at time: Double) -> (
    noisy: [Float], target: [Float]
  ) {
    let levels = levels(at: time)
    let (signal, share) = (Float(levels.signal), Float(levels.noise))
    let noisy = zip(latents, noise).map { $0 * signal + $1 * share }
    switch self {
    case .v: return (noisy, zip(latents, noise).map { $1 * signal - $0 * share })
    case .rectifiedFlow, .rectifiedFlowDenoiser: return (noisy, zip(latents, noise).map { $1 - $0 })
    }
  }
}
