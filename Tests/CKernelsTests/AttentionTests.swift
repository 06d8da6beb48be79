import CKernels
import Foundation
import Testing

extension CKernelsTests {
  @Suite struct AttentionTests {
    struct Case: Sendable {
      var batch = 1, queries = 5, keys = 7, heads = 2, kvHeads = 2, width = 8, valueWidth = 8
      /// Which axes of the bias [batch, heads, queries, keys] it has; nil without a bias.
      var bias: [Bool]?
    }

    static let cases = [
      Case(),
      Case(queries: 1, keys: 1, width: 64, valueWidth: 64),
      Case(batch: 2, queries: 33, keys: 130, heads: 4, kvHeads: 2, width: 12, valueWidth: 20),
      Case(
        queries: 50, keys: 129, heads: 1, kvHeads: 1, width: 26, valueWidth: 26,
        bias: [false, false, true]),
      Case(
        batch: 2, queries: 20, keys: 260, heads: 3, kvHeads: 1, width: 5, valueWidth: 3,
        bias: [true, true, true]),
      Case(
        batch: 2, queries: 70, keys: 40, heads: 2, kvHeads: 2, width: 16, valueWidth: 80,
        bias: [true, false, false]),
      Case(queries: 200, keys: 15, heads: 1, kvHeads: 1, width: 80, valueWidth: 9),
      Case(queries: 3, keys: 0),
      // More queries than a block.
      Case(queries: 800, keys: 20, heads: 1, kvHeads: 1),
    ]

    @Test(arguments: cases.indices) func matchesTheFormula(number: Int) {
      let c = Self.cases[number]
      let scale = Float(1 / Double(c.width).squareRoot())
      // Queries lie in wider rows, keys and values together as a packed projection leaves them.
      let qRow = c.heads * c.width + 3
      let kvRow = c.kvHeads * (c.width + c.valueWidth)
      let outRow = c.heads * c.valueWidth + 2
      let q = Numbers.floats(c.batch * c.queries * qRow, in: -3...3)
      let kv = Numbers.floats(c.batch * c.keys * kvRow, in: -3...3, seed: 2)
      let axes = c.bias ?? [false, false, false]
      let biasShape = zip([c.batch, c.heads, c.queries], axes).map { $1 ? $0 : 1 } + [c.keys]
      var biasStrides = strides(biasShape)
      for axis in 0..<3 where !axes[axis] { biasStrides[axis] = 0 }
      var bias = Numbers.floats(biasShape.reduce(1, *), in: -2...2, seed: 3)
      // Some keys are masked, and every key of the last row of the bias.
      for at in bias.indices where at % 5 == 1 || at >= bias.count - c.keys {
        bias[at] = -.infinity
      }

      var expected = Array(repeating: -7.0, count: c.batch * c.queries * outRow)
      for index in indices([c.batch, c.heads, c.queries]) {
        let (b, h, n) = (index[0], index[1], index[2])
        let group = h / (c.heads / c.kvHeads)
        let scores = (0..<c.keys).map { key -> Double in
          var sum = 0.0
          for d in 0..<c.width {
            sum +=
              Double(q[(b * c.queries + n) * qRow + h * c.width + d])
              * Double(kv[(b * c.keys + key) * kvRow + group * c.width + d])
          }
          return sum * Double(scale)
            + (c.bias == nil ? 0 : Double(bias[offset(index + [key], biasStrides)]))
        }
        let most = scores.max() ?? -.infinity
        let weights = scores.map { most == -.infinity ? 0 : exp($0 - most) }
        let total = weights.reduce(0, +)
        for d in 0..<c.valueWidth {
          let start = c.kvHeads * c.width + group * c.valueWidth + d
          let sum = (0..<c.keys).map { weights[$0] * Double(kv[(b * c.keys + $0) * kvRow + start]) }
          expected[(b * c.queries + n) * outRow + h * c.valueWidth + d] =
            total == 0 ? 0 : sum.reduce(0, +) / total
        }
      }

      let (qMemory, kvMemory, biasMemory) = (Memory(q), Memory(kv), Memory(bias))
      var shape = ck_attention_shape()
      (shape.batch, shape.queries, shape.keys) = (c.batch, c.queries, c.keys)
      (shape.heads, shape.kv_heads) = (c.heads, c.kvHeads)
      (shape.width, shape.value_width, shape.scale) = (c.width, c.valueWidth, scale)
      shape.q = ck_head_strides(batch: c.queries * qRow, row: qRow, head: c.width)
      shape.k = ck_head_strides(batch: c.keys * kvRow, row: kvRow, head: c.width)
      shape.v = ck_head_strides(batch: c.keys * kvRow, row: kvRow, head: c.valueWidth)
      shape.out = ck_head_strides(batch: c.queries * outRow, row: outRow, head: c.valueWidth)
      (shape.bias_batch, shape.bias_head, shape.bias_query) = (
        biasStrides[0], biasStrides[1], biasStrides[2]
      )
      expectEverywhere(expected, within: 3e-6) {
        let out = Memory<Float>(repeating: -7, count: expected.count)
        ck_attention(
          &shape, qMemory.pointer, kvMemory.pointer, kvMemory.pointer + c.kvHeads * c.width,
          c.bias == nil ? nil : UnsafePointer(biasMemory.pointer), out.pointer)
        return out
      }
      shape.narrow = true
      expectEverywhere(expected, within: 3e-2) {
        let out = Memory<Float>(repeating: -7, count: expected.count)
        ck_attention(
          &shape, qMemory.pointer, kvMemory.pointer, kvMemory.pointer + c.kvHeads * c.width,
          c.bias == nil ? nil : UnsafePointer(biasMemory.pointer), out.pointer)
        return out
      }
    }
  }
}
