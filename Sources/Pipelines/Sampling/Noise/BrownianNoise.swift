package import Tensors

/// The increments of one Brownian path over the noise levels, scaled to unit variance: k-diffusion's
/// `BrownianTreeNoiseSampler`. The same seed gives nearly the same sample whatever the number of steps.
package struct BrownianNoise: NoiseSource, Sendable {
  private var tree: BrownianTree
  private let count: Int

  /// Noise for `count` latents over the positive levels of `schedule`.
  package init(seed: UInt64, over schedule: Schedule, count: Int) {
    let levels = schedule.levels.filter { $0 > 0 }
    self.count = count
    tree = BrownianTree(
      from: Double(levels.min() ?? 0), to: Double(levels.max() ?? 0), count: count, entropy: seed)
  }

  package mutating func next(from: Float, to: Float, into noise: inout [Float]) throws(Diagnostic) {
    guard noise.count == count else { throw .countMismatch(count, noise.count) }
    let increment = tree.increment(from: Double(min(from, to)), to: Double(max(from, to)))
    let scale = (to - from).magnitude.squareRoot()
    noise = ((to < from ? -1 : 1) * increment / scale).values
  }
}

extension Diagnostic {
  fileprivate static func countMismatch(_ count: Int, _ asked: Int) -> Diagnostic {
    Diagnostic("the noise is for \(count) latents, but \(asked) are asked for", kind: .software)
  }
}
