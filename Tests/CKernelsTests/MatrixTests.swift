import CKernels
import Foundation
import Testing

extension CKernelsTests {
  @Suite struct MatrixTests {
    static let sizes = [
      (1, 1, 1), (1, 37, 65), (2, 130, 33), (3, 5, 100), (4, 19, 7), (5, 7, 3), (17, 300, 40), (60, 33, 77), (11, 50, 900),
      (3, 4, 0),
    ]

    private func product(
      _ a: [Float], _ b: [Float], _ M: Int, _ N: Int, _ K: Int, _ ta: Bool, _ tb: Bool
    ) -> [Double] {
      var result = Array(repeating: 0.0, count: M * N)
      for m in 0..<M {
        for n in 0..<N {
          var sum = 0.0
          for k in 0..<K {
            sum += Double(a[ta ? k * M + m : m * K + k]) * Double(b[tb ? n * K + k : k * N + n])
          }
          result[m * N + n] = sum
        }
      }
      return result
    }

    @Test(arguments: sizes) func multiplies(M: Int, N: Int, K: Int) {
      let (a, b) = (Numbers.floats(M * K), Numbers.floats(K * N, seed: 2))
      let before = Numbers.floats(M * N, seed: 3)
      let (A, B) = (Memory(a), Memory(b))
      for (ta, tb) in [(false, false), (false, true), (true, false), (true, true)] {
        let plain = product(a, b, M, N, K, ta, tb)
        expectEverywhere(plain, within: 2e-6) {
          let C = Memory<Float>(repeating: .nan, count: M * N)
          ck_gemm(M, N, K, 1, A.pointer, max(ta ? M : K, 1), ta, B.pointer, max(tb ? K : N, 1), tb, 0, C.pointer, N)
          return C
        }
        expectEverywhere(zip(plain, before).map { 0.5 * $0 - 2 * Double($1) }, within: 2e-6) {
          let C = Memory(before)
          ck_gemm(M, N, K, 0.5, A.pointer, max(ta ? M : K, 1), ta, B.pointer, max(tb ? K : N, 1), tb, -2, C.pointer, N)
          return C
        }
      }
    }

    @Test func multipliesBatches() {
      let (batch, M, N, K) = (7, 9, 11, 13)
      let (a, b) = (Numbers.floats(batch * M * K), Numbers.floats(K * N, seed: 2))
      let (A, B) = (Memory(a), Memory(b))
      let expected = (0..<batch).flatMap {
        product(Array(a[$0 * M * K..<($0 + 1) * M * K]), b, M, N, K, false, false)
      }
      expectEverywhere(expected, within: 2e-6) {
        let C = Memory<Float>(repeating: 0, count: batch * M * N)
        ck_gemm_batched(
          batch, M, N, K, 1, A.pointer, K, false, M * K, B.pointer, N, false, 0, 0, C.pointer, N, M * N)
        return C
      }
    }

    /// Every combination of layout and epilogue parts, with rows apart, and a residual that is the output.
    @Test(arguments: [1, 3, 6, 50], [CK_OUT_IN, CK_IN_OUT])
    func linear(rows: Int, layout: ck_weight_layout) {
      let (inputs, outputs, gap) = (45, 70, 3)
      let width = outputs + gap
      let (x, w) = (Numbers.floats(rows * (inputs + gap)), Numbers.floats(inputs * outputs, seed: 2))
      let (bias, gate) = (Memory(Numbers.floats(outputs, seed: 3)), Memory(Numbers.floats(outputs, seed: 4)))
      let residual = Numbers.floats(rows * width, seed: 5)
      let packed = (0..<rows).flatMap { x[$0 * (inputs + gap)..<$0 * (inputs + gap) + inputs] }
      let plain = product(packed, w, rows, outputs, inputs, false, layout == CK_OUT_IN)
      let (X, W) = (Memory(x), Memory(w))
      for parts in 0..<16 {
        let (b, a, g, r) = (parts & 1 != 0, parts & 2 != 0, parts & 4 != 0, parts & 8 != 0)
        for inPlace in r ? [true, false] : [false] {
          var expected = (inPlace ? residual : Array(repeating: -7, count: rows * width)).map(Double.init)
          for m in 0..<rows {
            for n in 0..<outputs {
              var y = plain[m * outputs + n] + (b ? Double(bias.pointer[n]) : 0)
              if a { y = y / (1 + exp(-y)) }
              if g { y *= Double(gate.pointer[n]) }
              expected[m * width + n] = y + (r ? Double(residual[m * width + n]) : 0)
            }
          }
          let R = Memory(residual)
          expectEverywhere(expected, within: 2e-6) {
            let out = inPlace ? Memory(residual) : Memory<Float>(repeating: -7, count: rows * width)
            var epilogue = ck_epilogue(
              bias: b ? UnsafePointer(bias.pointer) : nil, activation: a ? CK_SILU : CK_IDENTITY,
              gate: g ? UnsafePointer(gate.pointer) : nil,
              residual: r ? UnsafePointer(inPlace ? out.pointer : R.pointer) : nil, residual_stride: width)
            ck_linear(rows, inputs, outputs, X.pointer, inputs + gap, layout, W.pointer, &epilogue, out.pointer, width)
            return out
          }
        }
      }
    }

    /// Sizes that are cut into several blocks in both directions.
    @Test func blocks() {
      let (M, N, K) = (530, 620, 9)
      let (a, b) = (Numbers.floats(M * K), Numbers.floats(K * N, seed: 2))
      let (A, B) = (Memory(a), Memory(b))
      expectEverywhere(product(a, b, M, N, K, false, true), within: 1e-6) {
        let C = Memory<Float>(repeating: 0, count: M * N)
        ck_linear(M, K, N, A.pointer, K, CK_OUT_IN, B.pointer, nil, C.pointer, N)
        return C
      }
    }
  }
}
