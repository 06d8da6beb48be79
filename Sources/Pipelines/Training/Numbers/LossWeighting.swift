/// How much the error at each noise level counts.
package enum LossWeighting: String, CaseIterable, Hashable, Sendable {
  /// All levels alike, as Stable Audio was trained.
  case none
  /// min-SNR-γ: the error of the clean latents that follow from the prediction, times the signal-to-noise ratio,
  /// which is held below γ. For v that is `min(SNR, γ) / (SNR + 1)`.
  ///
  /// Source: Hang et al., Efficient Diffusion Training via Min-SNR Weighting Strategy (2023), section 3.4.
  case minSNR = "min-snr"

  /// What the squared error of a velocity counts where there is so much of signal and noise.
  ///
  /// The clean latents that follow from a velocity are wrong by its error times the level of the noise, whether
  /// the velocity is `αn - σx` or `n - x`.
  func weight(at levels: (signal: Double, noise: Double), gamma: Double) -> Double {
    switch self {
    case .none: 1
    // min(α²/σ², γ) · σ², which is also right where there is no noise.
    case .minSNR: min(levels.signal * levels.signal, gamma * levels.noise * levels.noise)
    }
  }
}
