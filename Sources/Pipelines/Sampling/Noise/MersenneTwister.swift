/// MT19937, the generator behind `torch.manual_seed` on the CPU.
struct MersenneTwister: Sendable {
  private var state: [UInt32]
  private var position = MersenneTwister.size

  private static let size = 624
  private static let middle = 397

  /// Only the lower 32 bits of `seed` count.
  init(seed: UInt64) {
    var word = UInt32(truncatingIfNeeded: seed)
    state = [word]
    state.reserveCapacity(Self.size)
    for index in 1..<UInt32(Self.size) {
      word = 1_812_433_253 &* (word ^ word >> 30) &+ index
      state.append(word)
    }
  }

  /// 32 uniform bits.
  mutating func next() -> UInt32 {
    if position == Self.size { refill() }
    var word = state[position]
    position += 1
    word ^= word >> 11
    word ^= word << 7 & 0x9D2C_5680
    word ^= word << 15 & 0xEFC6_0000
    return word ^ word >> 18
  }

  private mutating func refill() {
    for index in 0..<Self.size {
      let following = state[(index + 1) % Self.size]
      let joined = state[index] & 0x8000_0000 | following & 0x7FFF_FFFF
      let twist: UInt32 = following & 1 == 0 ? 0 : 0x9908_B0DF
      state[index] = state[(index + Self.middle) % Self.size] ^ joined >> 1 ^ twist
    }
    position = 0
  }
}
