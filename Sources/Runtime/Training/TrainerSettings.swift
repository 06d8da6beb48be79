package import Tensors

/// How a trainer moves its weights.
package struct TrainerSettings: Hashable, Sendable {
  package var optimizer = AdamW()
  /// The gradients are scaled down to this norm over all weights together; `nil` leaves them.
  package var largestNorm: Double? = 1
  /// Whether a step may be made of several micro-batches.
  package var accumulates = false
  /// Whether a running average of the weights is kept.
  package var averages = false

  package init() {}

  /// What is kept of each weight beside itself.
  var keptRoles: [TrainedWeights.Role] {
    [.mean, .square] + (accumulates ? [.sum] : []) + (averages ? [.average] : [])
  }

  /// Throws iff a number is out of its range.
  package func check() throws(Diagnostic) {
    try optimizer.check()
    if let largestNorm, !(largestNorm > 0) { throw .norm(largestNorm) }
  }
}

extension Diagnostic {
  fileprivate static func norm(_ norm: Double) -> Diagnostic {
    Diagnostic(
      "the gradients are to be clipped to a norm of \(norm), expected more than 0", kind: .usage)
  }
}
