import Graphs
import Operators
import Tensors
import Testing

@Suite struct CostTests {
  private func flops(_ op: some Op, _ inputs: TensorType...) throws -> Double {
    op.cost(inputs, try op.infer(inputs)).flops
  }

  @Test func aMultiplyAddCountsTwo() throws {
    #expect(try flops(MatMul(), .f32(4, 2, 3), .f32(3, 5)) == 2 * 4 * 2 * 3 * 5)
    let conv = Conv(strides: [2], dilations: [1], before: [1], after: [1], groups: 2)
    #expect(try flops(conv, .f32(1, 4, 8), .f32(6, 2, 4)) == 2 * 6 * 4 * 2 * 4)
    let spread = ConvTranspose(strides: [2], dilations: [1], padding: [1], outputPadding: [0], groups: 2)
    #expect(try flops(spread, .f32(1, 4, 8), .f32(4, 3, 4)) == 2 * 4 * 8 * 3 * 4)
  }

  @Test func movingCountsNothingAndReducingCountsItsInput() throws {
    #expect(try flops(Transpose(permutation: [1, 0]), .f32(4, 2)) == 0)
    #expect(Transpose(permutation: [1, 0]).cost([.f32(4, 2)], .f32(2, 4)).bytes == 64)
    #expect(try flops(Sum(axes: [0]), .f32(4, 2)) == 8)
    #expect(try flops(Add(), .f32(4, 2), .f32(2)) == 8)
  }
}
