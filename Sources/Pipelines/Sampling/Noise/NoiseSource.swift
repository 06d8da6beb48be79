package import Tensors

/// Where a stochastic sampler's fresh noise comes from.
package protocol NoiseSource {
  /// Fills `noise` with unit-variance noise for the step from noise level `from` down to `to`.
  ///
  /// Throws iff the source has no such noise.
  mutating func next(from: Float, to: Float, into noise: inout [Float]) throws(Diagnostic)
}
