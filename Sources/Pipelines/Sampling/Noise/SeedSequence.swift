/// NumPy's `SeedSequence` with a pool of 24 words: mixes an entropy and a place in a tree of children into
/// seeds.
struct SeedSequence: Sendable {
  private let pool: [UInt32]

  private static let poolSize = 24

  init(entropy: UInt64, spawnKey: [UInt64] = []) {
    var words = Self.words(entropy)
    if !spawnKey.isEmpty {
      words += [UInt32](repeating: 0, count: max(0, Self.poolSize - words.count))
      words += spawnKey.flatMap(Self.words)
    }
    var hash = Hash(constant: 0x43B0_D7E5, multiplier: 0x931E_8875)
    var pool = (0..<Self.poolSize).map { hash.mix($0 < words.count ? words[$0] : 0) }
    for source in pool.indices {
      for target in pool.indices where source != target {
        pool[target] = Self.join(pool[target], hash.mix(pool[source]))
      }
    }
    for word in words.dropFirst(Self.poolSize) {
      for target in pool.indices { pool[target] = Self.join(pool[target], hash.mix(word)) }
    }
    self.pool = pool
  }

  /// `generate_state(count)`.
  func state(_ count: Int) -> [UInt32] {
    var hash = Hash(constant: 0x8B51_F9DD, multiplier: 0x58F3_8DED)
    return (0..<count).map { hash.mix(pool[$0 % pool.count]) }
  }

  /// The 32-bit words of `value`, lowest first, without leading zeros but at least one.
  private static func words(_ value: UInt64) -> [UInt32] {
    let (low, high) = (UInt32(truncatingIfNeeded: value), UInt32(value >> 32))
    return high == 0 ? [low] : [low, high]
  }

  private static func join(_ a: UInt32, _ b: UInt32) -> UInt32 {
    let joined = 0xCA01_F9DD &* a &- 0x4973_F715 &* b
    return joined ^ joined >> 16
  }

  /// A multiplicative hash whose constant moves with every word.
  private struct Hash {
    var constant: UInt32
    let multiplier: UInt32

    mutating func mix(_ word: UInt32) -> UInt32 {
      let salted = word ^ constant
      constant = constant &* multiplier
      let mixed = salted &* constant
      return mixed ^ mixed >> 16
    }
  }
}
