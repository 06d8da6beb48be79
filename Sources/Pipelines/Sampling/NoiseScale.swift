/// How a noise level says what is signal and what is noise.
package enum NoiseScale: Hashable, Sendable {
  /// `x + σn`, any σ.
  case sigma
  /// `cos(πt/2)·x + sin(πt/2)·n`, t in 0...1.
  case angle
  /// `(1 - t)x + tn`, t in 0...1.
  case flow

  /// The factors of signal and noise at `level`.
  func weights(at level: Float) -> (signal: Float, noise: Float) {
    switch self {
    case .sigma: (1, level)
    case .angle: (Elementary.cos(level * Elementary.pi / 2), Elementary.sin(level * Elementary.pi / 2))
    case .flow: (1 - level, level)
    }
  }
}
