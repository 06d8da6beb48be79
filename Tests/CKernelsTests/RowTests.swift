import CKernels
import Foundation
import Testing

extension CKernelsTests {
  @Suite struct RowTests {
    /// Rows and their lengths: shorter than a vector, odd, longer than a part of a sum.
    static let sizes = [(1, 1), (3, 7), (5, 33), (70, 259), (2, 5001)]

    private func rows(_ x: [Float], _ n: Int, _ body: ([Double]) -> [Double]) -> [Double] {
      stride(from: 0, to: x.count, by: n).flatMap { body(x[$0..<$0 + n].map(Double.init)) }
    }

    @Test(arguments: sizes) func softmax(rows count: Int, n: Int) {
      var values = Numbers.floats(count * n, in: -20...20)
      if n > 3 { values[2] = -.infinity }
      let x = Memory(values)
      let expected = rows(values, n) { row in
        let most = row.max() ?? 0
        let weights = row.map { exp($0 - most) }
        let total = weights.reduce(0, +)
        return weights.map { $0 / total }
      }
      expectEverywhere(expected, within: 1e-6) {
        let out = Memory<Float>(repeating: 0, count: count * n)
        ck_softmax(count, n, out.pointer, x.pointer)
        return out
      }
    }

    @Test func softmaxOfNothing() {
      let x = Memory<Float>([-.infinity, -.infinity, -.infinity, 0, -.infinity, .nan])
      ck_softmax(2, 3, x.pointer, x.pointer)
      #expect(x.values[..<3] == [0, 0, 0])
      #expect(x.values[3].isNaN)
    }

    @Test(arguments: sizes) func layerNorm(rows count: Int, n: Int) {
      let values = Numbers.floats(count * n, in: 5...9)
      let scale = Memory(Numbers.floats(n, seed: 2))
      let bias = Memory(Numbers.floats(n, seed: 3))
      for (s, b) in [(true, true), (true, false), (false, true), (false, false)] {
        let expected = rows(values, n) { row in
          let mean = row.reduce(0, +) / Double(n)
          let variance = row.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(n)
          return row.enumerated().map { index, value in
            (value - mean) / (variance + 1e-3).squareRoot() * (s ? Double(scale.pointer[index]) : 1)
              + (b ? Double(bias.pointer[index]) : 0)
          }
        }
        expectEverywhere(expected, within: 3e-6) {
          let out = Memory(values)
          ck_layer_norm(
            count, n, out.pointer, out.pointer, s ? UnsafePointer(scale.pointer) : nil,
            b ? UnsafePointer(bias.pointer) : nil, 1e-3)
          return out
        }
      }
    }

    @Test(arguments: sizes) func rmsNorm(rows count: Int, n: Int) {
      let values = Numbers.floats(count * n)
      let scale = Memory(Numbers.floats(n, seed: 2))
      for scaled in [true, false] {
        let expected = rows(values, n) { row in
          let power = row.map { $0 * $0 }.reduce(0, +) / Double(n)
          return row.enumerated().map { index, value in
            value / (power + 1e-6).squareRoot() * (scaled ? Double(scale.pointer[index]) : 1)
          }
        }
        expectEverywhere(expected, within: 1e-6) {
          let out = Memory(values)
          ck_rms_norm(count, n, out.pointer, out.pointer, scaled ? scale.pointer : nil, 1e-6)
          return out
        }
      }
    }

    @Test(arguments: sizes) func gatedUnit(rows count: Int, n: Int) {
      let values = Numbers.floats(2 * count * n, in: -4...4)
      let x = Memory(values)
      let activations: [(ck_unary_op, (Double) -> Double)] = [
        (CK_SILU, { $0 / (1 + exp(-$0)) }),
        (CK_GELU, { $0 / 2 * (1 + erf($0 / 2.0.squareRoot())) }),
        (
          CK_GELU_TANH,
          { $0 / 2 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }
        ),
        (CK_SIGMOID, { 1 / (1 + exp(-$0)) }),
        (CK_RELU, { max($0, 0) }),
      ]
      for (activation, exact) in activations {
        let expected = rows(values, 2 * n) { row in (0..<n).map { row[$0] * exact(row[n + $0]) } }
        expectEverywhere(expected, within: 1e-6) {
          let out = Memory<Float>(repeating: 0, count: count * n)
          ck_glu(activation, count, n, out.pointer, x.pointer)
          return out
        }
      }
    }

    @Test func snake() {
      let (batch, channels, length) = (2, 5, 333)
      let x = Numbers.floats(batch * channels * length, in: -30...30)
      let alpha = Numbers.floats(channels, in: 0.1...9, seed: 2)
      let inverse = Numbers.floats(channels, in: 0.1...3, seed: 3)
      let expected = x.indices.map { at in
        let channel = at / length % channels
        let sine = sin(Double(alpha[channel]) * Double(x[at]))
        return Double(x[at]) + sine * sine * Double(inverse[channel])
      }
      expectEverywhere(expected, within: 1e-6) {
        let out = Memory(x)
        ck_snake(batch, channels, length, out.pointer, out.pointer, alpha, inverse)
        return out
      }
    }

    @Test(arguments: [(3, 7, 1), (2, 9001, 1), (3, 7, 5), (2, 130, 67), (1, 5, 301), (2, 0, 3)])
    func reduces(outer: Int, n: Int, inner: Int) {
      let values = Numbers.floats(outer * n * inner)
      let x = Memory(values)
      let operations: [(ck_reduce_op, ([Double]) -> Double)] = [
        (CK_SUM, { $0.reduce(0, +) }),
        (CK_MEAN, { $0.reduce(0, +) / Double($0.count) }),
        (CK_REDUCE_MAX, { $0.max() ?? -.infinity }),
        (CK_REDUCE_MIN, { $0.min() ?? .infinity }),
      ]
      for (op, exact) in operations {
        let expected = (0..<outer * inner).map { at in
          exact((0..<n).map { Double(values[(at / inner * n + $0) * inner + at % inner]) })
        }
        expectEverywhere(expected, within: 2e-6) {
          let out = Memory<Float>(repeating: 0, count: outer * inner)
          ck_reduce(op, outer, n, inner, out.pointer, x.pointer)
          return out
        }
      }
    }

    @Test func reducesNaN() {
      var values = Numbers.floats(40)
      values[17] = .nan
      let out = Memory<Float>(repeating: 0, count: 4)
      for op in [CK_SUM, CK_REDUCE_MAX, CK_REDUCE_MIN] {
        for isa in instructionSets {
          ck_init(1, isa)
          ck_reduce(op, 1, 40, 1, out.pointer, values)
          #expect(out.values[0].isNaN)
          ck_reduce(op, 1, 10, 4, out.pointer, values)
          #expect(out.values.map(\.isNaN) == [false, true, false, false])
        }
      }
      ck_init(0, nil)
    }

    @Test(arguments: [CK_HALF_SPLIT, CK_INTERLEAVED], [(0, 8), (3, 10), (0, 64), (7, 0)])
    func rotates(pairing: ck_pairing, part: (Int, Int)) {
      let (batch, tokens, heads, width) = (2, 9, 3, 70)
      let (first, rotated) = part
      let row = heads * width + 5
      let values = Numbers.floats(batch * tokens * row)
      let cosines = Numbers.floats(batch * tokens * rotated, seed: 2)
      let sines = Numbers.floats(batch * tokens * rotated, seed: 3)
      for shared in [true, false] {
        var expected = values.map(Double.init)
        for index in indices([batch, tokens, heads, rotated]) {
          let (b, n, j) = (index[0], index[1], index[3])
          let start = (b * tokens + n) * row + index[2] * width + first
          let at = ((shared ? 0 : b) * tokens + n) * rotated + j
          let half = rotated / 2
          let partner =
            pairing == CK_HALF_SPLIT
            ? (j < half ? -values[start + j + half] : values[start + j - half])
            : (j % 2 == 0 ? -values[start + j + 1] : values[start + j - 1])
          expected[start + j] =
            Double(values[start + j]) * Double(cosines[at]) + Double(partner) * Double(sines[at])
        }
        for inPlace in [true, false] {
          let x = Memory(values)
          expectEverywhere(expected, within: 2e-7) {
            let out = Memory(values)
            if !inPlace {
              for at in values.indices where at % row < heads * width { out.pointer[at] = 0 }
            }
            ck_rotate(
              pairing, batch, tokens, heads, width, first, rotated, out.pointer, row, tokens * row,
              inPlace ? out.pointer : x.pointer, row, tokens * row, cosines, sines,
              shared ? 0 : tokens * rotated)
            return out
          }
        }
      }
    }
  }
}
