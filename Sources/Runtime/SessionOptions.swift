package import Kernels

/// How a session runs; none of it changes results but for the kernels.
package struct SessionOptions: Sendable {
  /// The fast ways to compute ops.
  package var kernels: KernelTable = .standard
  /// The most bytes that a session may take beside the mapped weights, or `nil` for the machine's memory.
  package var memoryLimit: Int?
  /// Whether every `f32` result is looked through for NaN and ∞, so that the first node that makes one is
  /// named; -∞ passes, as masks hold it.
  package var checksFinite = false
  /// Whether the time of every step is taken.
  package var measuresTime = false
  /// Asked before every step; a run that it stops throws.
  package var isCancelled: @Sendable () -> Bool = { false }

  package init() {}
}
