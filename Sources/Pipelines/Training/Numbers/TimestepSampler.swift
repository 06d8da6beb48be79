import Glibc

/// Which times in 0…1 a denoiser is trained at.
///
/// Source: `stable_audio_tools/training/diffusion.py`, `timestep_sampler`.
package enum TimestepSampler: String, CaseIterable, Hashable, Sendable {
  /// Evenly, and spread over neighbouring steps: a scrambled Sobol' sequence.
  case uniform
  /// `sigmoid(z)` of a normal z.
  case logitNormal = "logit_normal"
  /// As `logitNormal`, cut off at 0.075 and stretched to 0…1, turned round.
  case truncatedLogitNormal = "trunc_logit_normal"
  /// `sigmoid(1.2 - 2z)`, within 10⁻⁴ of neither end.
  case logSNR = "log_snr"

  /// The time of the `item`-th example of a step of `count` examples.
  package func time(seed: UInt64, step: Int, item: Int, of count: Int) -> Double {
    var random = KeyedRandom(seed: seed, .timestep, step: step, item: item)
    switch self {
    case .uniform: return Self.sobol(step * count + item, seed: seed)
    case .logitNormal, .logSNR: return time(ofNormal: random.normal())
    case .truncatedLogitNormal: return time(ofTruncated: random.uniform())
    }
  }

  /// A time for each `share` in 0…1: those of evenly spread shares are spread as the sampler draws them.
  package func time(at share: Double) -> Double {
    switch self {
    case .uniform: share
    case .logitNormal, .logSNR: time(ofNormal: Self.normalQuantile(share))
    case .truncatedLogitNormal: time(ofTruncated: share)
    }
  }

  private func time(ofNormal z: Double) -> Double {
    guard self == .logSNR else { return Self.sigmoid(z) }
    return min(1 - 1e-4, max(1e-4, Self.sigmoid(1.2 - 2 * z)))
  }

  private func time(ofTruncated draw: Double) -> Double {
    let cut = 0.075
    let least = Self.normalShare(below: log(cut / (1 - cut)))
    let place = Self.sigmoid(Self.normalQuantile(least + (1 - least) * draw))
    return min(1, max(0, 1 - (place - cut) / (1 - cut)))
  }

  /// Element `index` of the one-dimensional Sobol' sequence, its binary digits scrambled by a hash that leaves
  /// intervals whole (Laine and Karras, 2011), in the middle of its cell.
  private static func sobol(_ index: Int, seed: UInt64) -> Double {
    var digits = UInt32(truncatingIfNeeded: index)
    // The radical inverse in base 2 has the digits of the index in reverse: their scrambling, from the highest
    // digit down, is one of the index from the lowest up.
    let salt = UInt32(truncatingIfNeeded: seed ^ seed >> 32)
    digits &+= salt
    digits ^= digits &* 0x6C50_B47C
    digits ^= digits &* 0xB82F_1E52
    digits ^= digits &* 0xC7AF_E638
    digits ^= digits &* 0x8D22_F6E6
    return (Double(digits.bitReversed) + 0.5) * 0x1p-32
  }

  private static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  private static func normalShare(below x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

  /// Where `share` of a normal distribution lies below, by bisection.
  private static func normalQuantile(_ share: Double) -> Double {
    var (low, high) = (-9.0, 9.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if normalShare(below: middle) < share { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}

extension UInt32 {
  /// The bits in reverse order.
  fileprivate var bitReversed: UInt32 {
    var x = self
    x = (x >> 1 & 0x5555_5555) | (x & 0x5555_5555) << 1
    x = (x >> 2 & 0x3333_3333) | (x & 0x3333_3333) << 2
    x = (x >> 4 & 0x0F0F_0F0F) | (x & 0x0F0F_0F0F) << 4
    return x.byteSwapped
  }
}
