/// The noise levels a sampler walks down: falling, the last is 0, one model call or more between two.
package struct Schedule: Hashable, Sendable {
  package let levels: [Float]

  /// How many steps: one less than levels.
  package var steps: Int { max(0, levels.count - 1) }
  /// Where sampling begins, or 0 iff there are no levels.
  package var first: Float { levels.first ?? 0 }

  /// `steps` levels from `highest` to `lowest`, evenly spaced in the logarithm when `rho` is 1, closer
  /// together near `lowest` when it is more; then 0. k-diffusion's `get_sigmas_polyexponential`.
  package static func polyexponential(
    steps: Int, from highest: Double, to lowest: Double, rho: Double = 1
  ) -> Schedule {
    let bottom = Elementary.log(lowest)
    let height = Float(Elementary.log(highest) - bottom)
    let levels = spaced(from: 1, to: 0, count: steps).map { place in
      Elementary.exp(power(place, rho) * height + Float(bottom))
    }
    return Schedule(levels: levels + [0])
  }

  /// `steps + 1` levels of t from `highest` ≤ 1 to 0, evenly spaced in `ln((1 - t)/t)` up to 2 and beginning
  /// there at -6 when `highest` is 1.
  package static func logSNR(steps: Int, from highest: Double) -> Schedule {
    let start = highest < 1 ? Elementary.log((1 - highest) / highest + 1e-6) : -6
    var levels = spaced(from: Float(start), to: 2, count: steps + 1)
      .map { 1 / (1 + Elementary.exp($0)) }
    levels[0] = Float(highest)
    levels[steps] = 0
    return Schedule(levels: levels)
  }

  /// `steps + 1` evenly spaced levels of t from `highest` ≤ 1 to 0.
  package static func linear(steps: Int, from highest: Double) -> Schedule {
    Schedule(levels: spaced(from: Float(highest), to: 0, count: steps + 1))
  }

  /// `count` values from `start` to `end`, counted from the nearer end: `torch.linspace` with its fused operations.
  private static func spaced(from start: Float, to end: Float, count: Int) -> [Float] {
    guard count > 1 else { return [Float](repeating: start, count: max(count, 0)) }
    let step = (end - start) / Float(count - 1)
    return (0..<count).map { index in
      index < count / 2
        ? start.addingProduct(step, Float(index)) : end.addingProduct(-step, Float(count - index - 1))
    }
  }

  private static func power(_ base: Float, _ exponent: Double) -> Float {
    exponent == 1 ? base : Float(Elementary.exp(exponent * Elementary.log(Double(base))))
  }
}
