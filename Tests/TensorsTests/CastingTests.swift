import Testing

@testable import Tensors

/// A cast rounds once.
@Suite struct CastingTests {
  private func cast(_ values: [Int64], _ from: DType, _ to: DType) throws -> [Double] {
    try Tensor(integers: values, as: TensorType(from, shape: [values.count])).cast(to: to).reals()
  }

  @Test func wideWholeNumbersAreRoundedOnce() throws {
    // 2⁶⁰ + 2³⁶ lies between two floats; one more is nearer to the upper, which rounding to Double forgets.
    let middle: Int64 = 1 << 60 + 1 << 36
    let rounded = [0x1p60, 0x1.000002p60, -0x1.000002p60]
    #expect(try cast([middle, middle + 1, -middle - 1], .i64, .f32) == rounded)
    #expect(try cast([middle + 1], .u64, .f32) == [0x1.000002p60])
    #expect(try cast([.min, .max, -1], .i64, .f32) == [-0x1p63, 0x1p63, -1])
    #expect(try cast([-1], .u64, .f32) == [0x1p64])
    #expect(try cast([1 << 53 + 1, -1], .u64, .f64) == [0x1p53, 0x1p64])
    let narrow: Int64 = 1 << 60 + 1 << 52
    #expect(try cast([narrow, narrow + 1], .i64, .bf16) == [0x1p60, 0x1.02p60])
    #expect(try cast([7, 9, -9], .i64, .f8e5m2) == [7, 8, -8])
  }

  @Test func wholeNumbersKeepTheirLowerBits() throws {
    #expect(try cast([.min, .max], .i64, .i8) == [0, -1])
    #expect(try cast([200, -1], .u8, .i8) == [-56, -1])
    #expect(try cast([-1], .i64, .u64) == [0x1p64])
  }

  @Test func realsBecomeWholeNumbersExactly() throws {
    let reals: [Double] = [0x1p62, -0x1p63, 0x1p63, .nan, -1.9, 0x1.fffffffffffffp52]
    let tensor = try Tensor(reals: reals, as: TensorType(.f64, shape: [6]))
    #expect(try tensor.cast(to: .i64).integers() == [1 << 62, .min, .max, 0, -1, 1 << 53 - 1])
    #expect(try tensor.cast(to: .u64).integers()[2] == .min)
  }

  @Test func bfloat16RoundsOnce() {
    let middle = 1 + 0x1p-8
    #expect(Double(BFloat16(middle)) == 1)
    #expect(Double(BFloat16(middle + 0x1p-40)) == 1 + 0x1p-7)
    #expect(Double(BFloat16(-middle - 0x1p-40)) == -1 - 0x1p-7)
    #expect(Double(BFloat16(middle - 0x1p-40)) == 1)
    #expect(Double(BFloat16(Double.greatestFiniteMagnitude)) == .infinity)
    #expect(Double(BFloat16(0x1p-140)) == 0)
    #expect(BFloat16(Double.nan).bits & 0x7FFF > 0x7F80)
  }

  @Test func complexNumbersHaveNoValues() throws {
    let one = try Tensor(TensorType(.c64, shape: [1]), bytes: Array(repeating: 0, count: 8))
    #expect(throws: Diagnostic.self) { try one.reals() }
    #expect(throws: Diagnostic.self) { try one.cast(to: .f32) }
    #expect(throws: Diagnostic.self) { try Tensor(integers: [1], as: TensorType(.c128, shape: [1])) }
  }
}
