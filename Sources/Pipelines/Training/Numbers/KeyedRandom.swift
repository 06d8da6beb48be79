import Checkpoints
import Glibc
package import Tensors

/// Random numbers that are a function of what they are for: a run that is resumed, or cut into ranks, draws the
/// same without any state being kept.
///
/// Philox 4×32 with 10 rounds: the key is the seed, the counter is purpose, step, item and place.
/// Source: Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3 (2011).
package struct KeyedRandom: Sendable {
  private let key: SIMD2<UInt32>
  private var counter: SIMD4<UInt32>
  private var block: SIMD4<UInt32> = .zero
  private var used = 4
  /// The second of a pair of normal numbers.
  private var spare: Double?

  /// What random numbers are for; each has streams of its own.
  package enum Purpose: UInt32, Sendable {
    case order = 1
    case timestep, noise, tokenDrop, videoDrop, textDrop
    case latents
    case bootstrap
    case validation
  }

  /// The numbers for `purpose` at `step`, for the `item`-th of those drawn there.
  package init(seed: UInt64, _ purpose: Purpose, step: Int, item: Int = 0) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    // Steps below 2³² and items below 2²⁴: the purpose shares a word with the items.
    let item = UInt32(truncatingIfNeeded: item) & 0xFF_FFFF
    counter = SIMD4(0, UInt32(truncatingIfNeeded: step), item | purpose.rawValue << 24, 0)
  }

  /// 32 random bits.
  package mutating func bits() -> UInt32 {
    if used == 4 {
      block = Self.philox(counter, key)
      counter[0] &+= 1
      used = 0
    }
    defer { used += 1 }
    return block[used]
  }

  /// Uniform in 0..<1, a multiple of 2⁻⁵³.
  package mutating func uniform() -> Double {
    let high = UInt64(bits()) << 32
    return Double((high | UInt64(bits())) >> 11) * 0x1p-53
  }

  /// Normal with mean 0 and deviation 1, by Box and Muller.
  package mutating func normal() -> Double {
    if let number = spare {
      spare = nil
      return number
    }
    let radius = (-2 * log(1 - uniform())).squareRoot()
    let angle = 2 * Double.pi * uniform()
    spare = radius * sin(angle)
    return radius * cos(angle)
  }

  package mutating func normals(_ count: Int) -> [Float] {
    var numbers: [Float] = []
    numbers.reserveCapacity(count)
    for _ in 0..<count { numbers.append(Float(normal())) }
    return numbers
  }

  /// A seed that belongs to `text`: the first 64 bits of its SHA-256.
  package static func seed(of text: String) throws(Diagnostic) -> UInt64 {
    UInt64(try FileDigest.sha256(ofText: text).prefix(16), radix: 16) ?? 0
  }

  static func philox(_ counter: SIMD4<UInt32>, _ key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var (counter, key) = (counter, key)
    for round in 0..<10 {
      if round > 0 { key &+= SIMD2(0x9E37_79B9, 0xBB67_AE85) }
      let first = UInt64(counter[0]) * 0xD251_1F53
      let second = UInt64(counter[2]) * 0xCD9E_8D57
      counter = SIMD4(
        UInt32(second >> 32) ^ counter[1] ^ key[0], UInt32(truncatingIfNeeded: second),
        UInt32(first >> 32) ^ counter[3] ^ key[1], UInt32(truncatingIfNeeded: first))
    }
    return counter
  }
}
