import Tensors

/// A 16-bit float that `f32` is cast to by integer arithmetic without branches, so that the compiler takes
/// several elements at a time.
protocol NarrowFloat {
  /// The float of the type nearest to the one with the bits `magnitude`, whose sign is clear.
  static func narrow(_ magnitude: UInt32) -> Narrowed
}

/// An element as cast, and what became of it.
struct Narrowed {
  let bits: UInt32
  let isInexact: Bool
  let isOverflow: Bool
  let isSubnormal: Bool
}

extension NarrowFloat {
  /// Casts `count` elements; neither side need be aligned.
  static func narrow(
    _ source: UnsafeRawBufferPointer, _ count: Int, into target: UnsafeMutableRawBufferPointer
  ) -> CastLoss {
    var loss = CastLoss()
    guard let input = source.baseAddress, let output = target.baseAddress else { return loss }
    // What is counted in a block fits 32 bits.
    for start in stride(from: 0, to: count, by: 1 << 16) {
      let size = min(count - start, 1 << 16)
      loss.add(narrow(input + 4 * start, size, into: output + 2 * start))
    }
    return loss
  }

  private static func narrow(
    _ source: UnsafeRawPointer, _ count: Int, into target: UnsafeMutableRawPointer
  ) -> CastLoss {
    var (changed, overflowed, vanished, subnormal): (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
    var (largest, largestLost): (UInt32, UInt32) = (0, 0)
    for index in 0..<count {
      let bits = (source + 4 &* index).loadUnaligned(as: UInt32.self)
      let magnitude = bits & 0x7FFF_FFFF
      let result = narrow(magnitude)
      let sign = bits >> 16 & 0x8000
      (target + 2 &* index).storeBytes(
        of: UInt16(truncatingIfNeeded: sign | result.bits), as: UInt16.self)
      let isLost = result.bits == 0 && magnitude != 0
      changed &+= result.isInexact ? 1 : 0
      overflowed &+= result.isOverflow ? 1 : 0
      vanished &+= isLost ? 1 : 0
      subnormal &+= result.isInexact && result.isSubnormal ? 1 : 0
      largest = max(largest, result.isOverflow ? magnitude : 0)
      largestLost = max(largestLost, isLost ? magnitude : 0)
    }
    var loss = CastLoss()
    (loss.count, loss.changed) = (count, Int(changed))
    (loss.overflowed, loss.vanished, loss.subnormal) = (Int(overflowed), Int(vanished), Int(subnormal))
    loss.largestOverflow = Double(Float(bitPattern: largest))
    loss.largestVanished = Double(Float(bitPattern: largestLost))
    return loss
  }
}

/// `f16`.
enum Half: NarrowFloat {
  @inline(__always)
  static func narrow(_ magnitude: UInt32) -> Narrowed {
    // Below 2⁻¹⁴ the sum with ½ leaves the multiple of 2⁻²⁴ in its last bits.
    let shifted = Float(bitPattern: magnitude) + 0.5
    let small = shifted.bitPattern &- 0x3F00_0000
    let normal = (magnitude &+ 0xFFF &+ (magnitude >> 13 & 1) &- 0x3800_0000) >> 13
    let isSmall = magnitude < 0x3880_0000
    let isOver = magnitude >= 0x477F_F000
    let isOverflow = isOver && magnitude < 0x7F80_0000
    let special: UInt32 = magnitude > 0x7F80_0000 ? 0x7E00 | magnitude >> 13 & 0x3FF : 0x7C00
    let half = isOver ? special : isSmall ? small : normal
    let isCut = isSmall ? (shifted - 0.5).bitPattern != magnitude : !isOver && magnitude & 0x1FFF != 0
    return Narrowed(
      bits: half, isInexact: isCut || isOverflow, isOverflow: isOverflow,
      isSubnormal: half != 0 && half < 0x400)
  }
}

/// `bf16`.
enum Brain: NarrowFloat {
  @inline(__always)
  static func narrow(_ magnitude: UInt32) -> Narrowed {
    let isNaN = magnitude > 0x7F80_0000
    let rounded = (magnitude &+ 0x7FFF &+ (magnitude >> 16 & 1)) >> 16
    let brain = isNaN ? magnitude >> 16 | 0x40 : rounded
    return Narrowed(
      bits: brain, isInexact: !isNaN && magnitude & 0xFFFF != 0,
      isOverflow: rounded == 0x7F80 && magnitude < 0x7F80_0000, isSubnormal: brain != 0 && brain < 0x80)
  }
}
