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

  /// Composite products by their meaning: what is summed up, and the bias.
  @Test func linear() throws {
    let product = 2.0 * 15 * 6 * 8
    #expect(try flops(Linear(), .f32(3, 5, 8), .f32(6, 8)) == product)
    #expect(try flops(Linear(), .f32(3, 5, 8), .f32(6, 8), .f32(6)) == product + 90)
    let cost = Linear().cost([.f32(5, 8), .f32(6, 8)], .f32(5, 6))
    #expect(cost.bytes == 4 * 118 && cost.narrowFlops == 0)
  }

  @Test func narrowProductsAreKnownApart() throws {
    let product = 2.0 * 15 * 6 * 8
    let (x, weight) = (TensorType.f32(3, 5, 8), TensorType(.bf16, shape: [6, 8]))
    let linear = NarrowLinear(element: .bf16).cost([x, weight, .f32(6)], .f32(3, 5, 6))
    #expect(linear == Cost(flops: product + 90, narrowFlops: product, bytes: 4 * 216 + 2 * 48))
    let turned = TensorType(.bf16, shape: [8, 6])
    let matmul = NarrowMatMul(element: .bf16).cost([x, turned], .f32(3, 5, 6))
    #expect(matmul == Cost(flops: product, narrowFlops: product, bytes: 4 * 210 + 2 * 48))
    #expect((linear + matmul).narrowFlops == 2 * product)
  }

  /// Scores and mixture, `4·B·H·Q·K·d`, upon the scale and the softmax: the largest, a difference, eˣ, the sum
  /// and a quotient an element; what tells whether all of a row is hidden.
  @Test(arguments: [4, 2]) func attention(kvHeads: Int) throws {
    let (elements, rows) = (2.0 * 4 * 5 * 7, 2.0 * 4 * 5)
    let keys = TensorType(.f32, shape: [2, 7, kvHeads * 8])
    let counted = try flops(
      Attention(heads: 4, kvHeads: kvHeads, scale: 1), .f32(2, 5, 32), keys, keys)
    #expect(counted == 4 * elements * 8 + 6 * elements + rows)
  }

  /// Of three gradients one counts: two products over the features to find the scores' gradient and one more.
  @Test func gradientsCountWhatTheyNeed() throws {
    let (x, y) = (TensorType.f32(1, 5, 8), TensorType.f32(1, 7, 8))
    let inputs = [x, y, y, x]
    let flops = AttentionGradient.Operand.allCases.map { operand in
      AttentionGradient(Attention(heads: 1, scale: 1), by: operand)
        .cost(inputs, operand == .query ? x : y).flops
    }
    let product = Double(2 * 5 * 7 * 8)
    #expect(flops[0] > 3 * product && flops[0] < 4 * product)
    #expect(flops[2] > 2 * product && flops[2] < 3 * product)
  }

  @Test func movingReadsNoMoreThanItWrites() {
    let rows = Gather(axis: 0).cost([.f32(1000, 8), TensorType(.i64, shape: [3])], .f32(3, 8))
    #expect(rows.bytes == 2 * 3 * 8 * 4 + 3 * 8)
    #expect(Concat(axis: 0).cost([.f32(2), .f32(3)], .f32(5)).bytes == 40)
  }

  @Test func movingCountsNothingAndReducingCountsItsInput() throws {
    #expect(try flops(Transpose(permutation: [1, 0]), .f32(4, 2)) == 0)
    #expect(Transpose(permutation: [1, 0]).cost([.f32(4, 2)], .f32(2, 4)).bytes == 64)
    #expect(try flops(Sum(axes: [0]), .f32(4, 2)) == 8)
    #expect(try flops(Add(), .f32(4, 2), .f32(2)) == 8)
  }
}
