import CKernels
import Testing

extension CKernelsTests {
  @Suite struct MovingTests {
    static let copies: [(shape: [Int], to: [Int], from: [Int])] = [
      ([], [], []),
      ([7], [1], [1]),
      ([7], [2], [-1]),
      ([40, 50], [1, 40], [50, 1]),
      ([3, 35, 20], [700, 1, 35], [700, 20, 1]),
      ([2, 3, 4, 5], [60, 5, 15, 1], [60, 20, 5, 1]),
      ([2, 3, 4, 5], [1, 2, 6, 24], [60, 20, 5, 1]),
      ([6, 9], [9, 1], [0, 1]),
      ([6, 9], [9, 1], [1, 0]),
      ([5, 6], [20, 1], [6, 1]),
      ([200, 300], [300, 1], [1, 200]),
      ([3, 0], [1, 1], [1, 1]),
    ]

    @Test(arguments: copies.indices, [1, 2, 4, 8])
    func copyStrided(number: Int, size: Int) {
      let (shape, to, from) = Self.copies[number]
      switch size {
      case 1: check(shape, to, from) { UInt8(truncatingIfNeeded: $0) }
      case 2: check(shape, to, from) { UInt16(truncatingIfNeeded: $0) }
      case 4: check(shape, to, from) { UInt32(truncatingIfNeeded: $0) }
      default: check(shape, to, from) { UInt64(truncatingIfNeeded: $0) }
      }
    }

    private func check<T: FixedWidthInteger & BitwiseCopyable>(
      _ shape: [Int], _ to: [Int], _ from: [Int], _ make: (Int) -> T
    ) {
      let reach = { (strides: [Int]) in
        zip(shape, strides).map { max($0 - 1, 0) * abs($1) }.reduce(1, +)
      }
      let source = Memory((0..<reach(from)).map { make($0 &* 2_654_435_761 >> 3) })
      let start = zip(shape, from).map { $1 < 0 ? ($0 - 1) * -$1 : 0 }.reduce(0, +)
      var expected = Array(repeating: T(99), count: reach(to))
      for index in indices(shape) {
        expected[offset(index, to)] = source.pointer[start + offset(index, from)]
      }
      for threads: Int32 in [1, 2, 3] {
        ck_init(threads, nil)
        let out = Memory(repeating: T(99), count: expected.count)
        ck_copy_strided(
          shape.count, shape, MemoryLayout<T>.size, out.pointer, to, source.pointer + start, from)
        #expect(out.values == expected)
        #expect(out.guardsHold)
      }
      ck_init(0, nil)
    }

    @Test func fills() {
      let bytes = Memory<UInt8>(repeating: 0, count: 300_001)
      ck_fill(300_001, 1, bytes.pointer, [7 as UInt8])
      #expect(bytes.values.allSatisfy { $0 == 7 } && bytes.guardsHold)
      let words = Memory<Int64>(repeating: 0, count: 1001)
      ck_fill(1001, 8, words.pointer, [-1 as Int64])
      #expect(words.values.allSatisfy { $0 == -1 } && words.guardsHold)
    }

    @Test func gathersRows() {
      let table = Numbers.floats(50 * 13)
      let picks: [Int64] = (0..<700).map { $0 * 37 % 100 - 50 }
      let out = Memory<Float>(repeating: 0, count: 700 * 13)
      ck_gather_rows(700, 13 * 4, out.pointer, 50, table, picks)
      let rows = picks.map { (Int($0) + 50) % 50 * 13 }
      #expect(out.values == rows.flatMap { table[$0..<$0 + 13] })
      #expect(out.guardsHold)
    }

    /// All 65,536 halves widen exactly and come back.
    @Test func halves() {
      let halves = Memory((0...UInt16.max).map { $0 })
      for isa in instructionSets {
        ck_init(2, isa)
        let floats = Memory<Float>(repeating: 0, count: 65_536)
        ck_f16_to_f32(65_536, floats.pointer, halves.pointer)
        let wide = halves.values.map { Float(Float16(bitPattern: $0)) }
        #expect(zip(floats.values, wide).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) })
        let back = Memory<UInt16>(repeating: 0, count: 65_536)
        ck_f32_to_f16(65_536, back.pointer, floats.pointer)
        #expect(
          zip(back.values, wide).allSatisfy {
            Float16(bitPattern: $0).isNaN ? $1.isNaN : $0 == Float16($1).bitPattern
          })
      }
      ck_init(0, nil)
    }

    /// Narrowing rounds as the language does, ties and overflow included.
    @Test func narrows() {
      var numbers = Numbers(seed: 8)
      let inputs =
        (0..<20_000).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: numbers.bits())) }
        + Numbers.floats(20_000, in: -7e-5...7e-5) + Numbers.floats(20_000, in: -70_000...70_000)
        + [65_519.99, 65_520, 0x1p-25, 0x1.8p-24, 0x1.002p0, 0x1.006p0]
      let x = Memory(inputs)
      for isa in instructionSets {
        ck_init(2, isa)
        let out = Memory<UInt16>(repeating: 0, count: inputs.count)
        ck_f32_to_f16(inputs.count, out.pointer, x.pointer)
        #expect(
          zip(out.values, inputs).allSatisfy {
            $1.isNaN ? Float16(bitPattern: $0).isNaN : $0 == Float16($1).bitPattern
          })
        ck_f32_to_bf16(inputs.count, out.pointer, x.pointer)
        let wide = Memory<Float>(repeating: 0, count: inputs.count)
        ck_bf16_to_f32(inputs.count, wide.pointer, out.pointer)
        #expect(zip(wide.values, inputs).allSatisfy { $1.isNaN ? $0.isNaN : $0 == nearest($1) })
        #expect(out.guardsHold && wide.guardsHold)
      }
      ck_init(0, nil)
    }

    /// The float of 8 significant bits nearest to x, ties to even.
    private func nearest(_ x: Float) -> Float {
      let bits = UInt64(x.bitPattern)
      let (low, high) = (bits & 0xffff, bits >> 16)
      let up = low > 0x8000 || (low == 0x8000 && high & 1 == 1)
      return Float(bitPattern: UInt32((high + (up ? 1 : 0)) << 16))
    }

    @Test func convertsNumbers() {
      let doubles: [Double] = (0..<1003).map { 1 / (Double($0) + 0.1) }
      let integers: [Int64] = (0..<1003).map { ($0 - 500) << ($0 % 50) }
      let bytes: [UInt8] = (0..<1003).map { UInt8(truncatingIfNeeded: $0) }
      for isa in instructionSets {
        ck_init(1, isa)
        let out = Memory<Float>(repeating: 0, count: 1003)
        ck_f64_to_f32(1003, out.pointer, doubles)
        #expect(out.values == doubles.map { Float($0) })
        ck_i64_to_f32(1003, out.pointer, integers)
        #expect(out.values == integers.map { Float($0) })
        ck_u8_to_f32(1003, out.pointer, bytes)
        #expect(out.values == bytes.map { Float($0) })
        #expect(out.guardsHold)
      }
      ck_init(0, nil)
    }
  }
}
