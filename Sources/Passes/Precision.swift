/// The arithmetic that a model is computed in.
package enum Precision: String, CaseIterable, Sendable {
  /// Everything in `f32`.
  case f32
  /// Operands of matrix products, attention and convolutions, and what gradients read of the way to the loss, are rounded
  /// to `bf16`; sums and everything else are `f32`.
  case bf16

  /// What a graph goes through last to be computed so.
  package var passes: [Pass] {
    switch self {
    case .f32: []
    case .bf16: [.narrowProducts, .narrowAttention, .narrowConvolutions, .keepNarrow]
    }
  }
}
