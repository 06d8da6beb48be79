import Testing

@testable import Tensors

@Suite struct TensorExactlyTests {
  private func reals(_ values: [Double], _ from: DType, _ to: DType) throws -> [Double]? {
    try Tensor(reals: values, as: TensorType(from, shape: [values.count])).exactly(as: to)?.reals()
  }

  @Test func keepsValuesThatFit() throws {
    #expect(try reals([1, -2], .i32, .i64) == [1, -2])
    #expect(try reals([1, 0], .bool, .i64) == [1, 0])
    #expect(try reals([0.5, -3], .f64, .f32) == [0.5, -3])
    #expect(try reals([0.5, -3], .f16, .f32) == [0.5, -3])
    #expect(try reals([7], .i64, .f32) == [7])
    #expect(try reals([.nan, .infinity], .bf16, .f32)?.last == .infinity)
  }

  @Test func refusesWhatWouldChange() throws {
    #expect(try reals([300], .i32, .i8) == nil)
    #expect(try reals([-1], .i32, .u8) == nil)
    #expect(try reals([-1], .i64, .u64) == nil)
    #expect(try reals([0.1], .f64, .f32) == nil)
    #expect(try reals([1], .f32, .i64) == nil)
    #expect(try reals([16_777_217], .i64, .f32) == nil)
    #expect(try reals([0.3], .f32, .f8e4m3) == nil)
    #expect(try reals([448, -0.5], .f32, .f8e4m3) == [448, -0.5])
    for (value, element) in [(1 << 53 + 1, DType.f64), (Int64.max, .f32), (-1, .f64)] {
      let type = TensorType(value < 0 ? .u64 : .i64, shape: [1])
      #expect(try Tensor(integers: [value], as: type).exactly(as: element)?.type == nil)
    }
  }
}
