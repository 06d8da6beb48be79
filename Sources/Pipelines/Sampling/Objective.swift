/// What a diffusion model was trained to predict; the raw values are those of `diffusion_objective` in a
/// `model_config.json`.
package enum Objective: String, CaseIterable, Hashable, Sendable {
  /// The velocity `αn - σx` at `αx + σn` with `α = cos(πt/2)`, `σ = sin(πt/2)`.
  case v
  /// The velocity `n - x` at `(1 - t)x + tn`.
  case rectifiedFlow = "rectified_flow"
  /// As `rectifiedFlow`, distilled to few steps.
  case rectifiedFlowDenoiser = "rf_denoiser"
}

extension Objective: CustomStringConvertible {
  package var description: String {
    switch self {
    case .v: "v"
    case .rectifiedFlow: "rectified flow"
    case .rectifiedFlowDenoiser: "rectified flow denoiser"
    }
  }
}
