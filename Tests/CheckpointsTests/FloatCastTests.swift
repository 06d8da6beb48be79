import Checkpoints
import Tensors
import Testing

struct FloatCastTests {
  /// Every 16-bit pattern, and those around the limits where rounding turns.
  private static let patterns: [UInt32] = {
    let edges: [UInt32] = [
      0x477F_E000, 0x477F_EFFF, 0x477F_F000, 0x477F_F001, 0x3300_0000, 0x3300_0001, 0x32FF_FFFF, 0x3880_0000,
      0x387F_FFFF, 0x387F_E000, 0x7F7F_FFFF, 0x7F7F_8000, 0x7F7F_7FFF, 0x7F80_0000, 0x7FC0_0001, 0x7F80_0001,
      1,
      0x7FFF, 0x8000, 0x8001, 0x007F_FFFF, 0,
    ]
    let spread = (UInt32(0)..<1 << 16).flatMap { upper in
      [0, 0x8000, 0x7FFF, 0x1000, 0x1001, 0x2FFF].map { upper << 16 | $0 }
    }
    return (edges + edges.map { $0 | 0x8000_0000 } + spread)
  }()

  @Test(arguments: [DType.f16, .bf16]) func narrowsAsTheTypeItselfDoes(_ element: DType) throws {
    let source = Self.patterns.map(Float.init(bitPattern:))
    let (result, loss) = try cast(source.withUnsafeBytes { Array($0) }, from: .f32, to: element)
    var expected = CastLoss()
    expected.count = source.count
    for (index, value) in source.enumerated() {
      let bits = UInt16(result[2 * index]) | UInt16(result[2 * index + 1]) << 8
      let (wanted, back, least): (UInt16, Float, Float) =
        element == .f16
        ? (Float16(value).bitPattern, Float(Float16(value)), Float(Float16.leastNormalMagnitude))
        : (BFloat16(value).bits, Float(BFloat16(value)), .leastNormalMagnitude)
      if value.isNaN {
        #expect(element == .f16 ? Float16(bitPattern: bits).isNaN : Float(BFloat16(bits: bits)).isNaN)
        continue
      }
      if bits != wanted { Issue.record("\(value) becomes \(bits), expected \(wanted)") }
      guard back != value else { continue }
      expected.changed += 1
      if back.isInfinite {
        expected.overflowed += 1
        expected.largestOverflow = max(expected.largestOverflow, Double(abs(value)))
      } else if back == 0 {
        expected.vanished += 1
        expected.largestVanished = max(expected.largestVanished, Double(abs(value)))
      } else if abs(back) < least {
        expected.subnormal += 1
      }
    }
    #expect(loss == expected)
  }

  @Test func widenedValuesComeBack() throws {
    for narrow in [DType.f16, .bf16] {
      for wide in [DType.f32, .f64] {
        let bits = (UInt16(0)...UInt16.max).filter {
          !(narrow == .f16 ? Float16(bitPattern: $0).isNaN : Float(BFloat16(bits: $0)).isNaN)
        }
        let bytes = bits.withUnsafeBytes { Array($0) }
        let (there, loss) = try cast(bytes, from: narrow, to: wide)
        #expect(loss.isExact && loss.count == bits.count)
        let (back, lossBack) = try cast(there, from: wide, to: narrow)
        #expect(back == bytes)
        #expect(lossBack.isExact)
      }
    }
  }

  /// By way of `Float` this would be rounded twice, and up.
  @Test func doublesAreRoundedOnce() throws {
    let value = 1 + 0x1p-8 + 0x1p-40
    let (bytes, loss) = try cast(withUnsafeBytes(of: value) { Array($0) }, from: .f64, to: .bf16)
    #expect(bytes == [0x81, 0x3F])
    #expect(loss.changed == 1 && loss.isRounding)
    let (huge, over) = try cast(withUnsafeBytes(of: 1e300) { Array($0) }, from: .f64, to: .f16)
    #expect(huge == [0x00, 0x7C])
    #expect(over.overflowed == 1 && over.largestOverflow == 1e300)
  }

  @Test func othersAreNoFloatsToCast() {
    #expect(FloatCast(from: .i32, to: .f16) == nil)
    #expect(FloatCast(from: .f32, to: .f8e4m3) == nil)
  }

  private func cast(_ bytes: [UInt8], from: DType, to: DType) throws -> ([UInt8], CastLoss) {
    var cast = try #require(FloatCast(from: from, to: to))
    var result = [UInt8](repeating: 0, count: bytes.count / (from.bits / 8) * (to.bits / 8))
    bytes.withUnsafeBytes { source in result.withUnsafeMutableBytes { cast.convert(source, into: $0) } }
    return (result, cast.loss)
  }
}
