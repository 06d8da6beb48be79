/// The stream of random numbers that torch's CPU generator gives after `manual_seed`.
package struct TorchGenerator: Sendable {
  private var twister: MersenneTwister
  /// The second half of the last pair drawn for a short tensor.
  private var spare: Double?

  package init(seed: UInt64) { twister = MersenneTwister(seed: seed) }

  /// `torch.randn(count)`: normal numbers.
  package mutating func normals(_ count: Int) -> [Float] {
    guard count >= 16 else { return (0..<max(count, 0)).map { _ in Float(normal()) } }
    var numbers = uniforms(count)
    for start in stride(from: 0, through: count - 16, by: 16) { Self.shape(&numbers, at: start) }
    if count % 16 != 0 {
      numbers.replaceSubrange(count - 16..<count, with: uniforms(16))
      Self.shape(&numbers, at: count - 16)
    }
    return numbers
  }

  /// `torch.rand(count)`: numbers in [0, 1).
  package mutating func uniforms(_ count: Int) -> [Float] {
    (0..<max(count, 0)).map { _ in Float(twister.next() & 0xFF_FFFF) * 0x1p-24 }
  }

  /// `torch.randint(0, 2⁶³ - 1, [])`.
  package mutating func integer() -> UInt64 { wide() % (1 << 63 - 1) }

  private mutating func wide() -> UInt64 {
    let high = UInt64(twister.next())
    return high << 32 | UInt64(twister.next())
  }

  /// One number by Box-Muller in double precision; every second call takes the spare one.
  private mutating func normal() -> Double {
    if let spare {
      self.spare = nil
      return spare
    }
    let turn = Double(wide() & (1 << 53 - 1)) * 0x1p-53
    let height = Double(wide() & (1 << 53 - 1)) * 0x1p-53
    let radius = (-2 * Elementary.log(1 - height)).squareRoot()
    spare = radius * Elementary.sin(2 * .pi * turn)
    return radius * Elementary.cos(2 * .pi * turn)
  }

  /// Makes the 16 uniform numbers at `start` normal: element j pairs with element j + 8.
  private static func shape(_ numbers: inout [Float], at start: Int) {
    for index in start..<start + 8 {
      (numbers[index], numbers[index + 8]) = BoxMuller.pair(numbers[index], numbers[index + 8])
    }
  }
}
