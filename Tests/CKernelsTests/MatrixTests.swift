import CKernels
import Foundation
import Testing

extension CKernelsTests {
  @Suite struct MatrixTests {
    static let sizes = [
      (1, 1, 1), (1, 37, 65), (2, 130, 33), (3, 5, 100), (4, 19, 7), (5, 7, 3), (17, 300, 40),
      (60, 33, 77), (11, 50, 900),
      (3, 4, 0),
    ]

    private func product(
      _ a: [Float], _ b: [Float], _ rows: Int, _ columns: Int, _ depth: Int, _ ta: Bool, _ tb: Bool
    ) -> [Double] {
      var result = Array(repeating: 0.0, count: rows * columns)
      for m in 0..<rows {
        for n in 0..<columns {
          var sum = 0.0
          for k in 0..<depth {
            sum +=
              Double(a[ta ? k * rows + m : m * depth + k])
              * Double(b[tb ? n * depth + k : k * columns + n])
          }
          result[m * columns + n] = sum
        }
      }
      return result
    }

    @Test(arguments: sizes) func multiplies(rows: Int, columns: Int, depth: Int) {
      let (a, b) = (Numbers.floats(rows * depth), Numbers.floats(depth * columns, seed: 2))
      let before = Numbers.floats(rows * columns, seed: 3)
      let (left, right) = (Memory(a), Memory(b))
      for (ta, tb) in [(false, false), (false, true), (true, false), (true, true)] {
        let plain = product(a, b, rows, columns, depth, ta, tb)
        expectEverywhere(plain, within: 2e-6) {
          let out = Memory<Float>(repeating: .nan, count: rows * columns)
          ck_gemm(
            rows, columns, depth, 1, left.pointer, max(ta ? rows : depth, 1), ta, right.pointer,
            max(tb ? depth : columns, 1), tb, 0,
            out.pointer, columns)
          return out
        }
        expectEverywhere(zip(plain, before).map { 0.5 * $0 - 2 * Double($1) }, within: 2e-6) {
          let out = Memory(before)
          ck_gemm(
            rows, columns, depth, 0.5, left.pointer, max(ta ? rows : depth, 1), ta, right.pointer,
            max(tb ? depth : columns, 1), tb, -2,
            out.pointer, columns)
          return out
        }
      }
    }

    @Test func multipliesBatches() {
      let (batch, rows, columns, depth) = (7, 9, 11, 13)
      let (a, b) = (Numbers.floats(batch * rows * depth), Numbers.floats(depth * columns, seed: 2))
      let (left, right) = (Memory(a), Memory(b))
      let expected = (0..<batch).flatMap {
        product(
          Array(a[$0 * rows * depth..<($0 + 1) * rows * depth]), b, rows, columns, depth, false,
          false)
      }
      expectEverywhere(expected, within: 2e-6) {
        let out = Memory<Float>(repeating: 0, count: batch * rows * columns)
        ck_gemm_batched(
          batch, rows, columns, depth, 1, left.pointer, depth, false, rows * depth, right.pointer,
          columns, false, 0, 0, out.pointer, columns,
          rows * columns)
        return out
      }
    }

    /// Every combination of layout and epilogue parts, with rows apart, and a residual that is the output.
    @Test(arguments: [1, 3, 6, 50], [CK_OUT_IN, CK_IN_OUT])
    func linear(rows: Int, layout: ck_weight_layout) {
      let (inputs, outputs, gap) = (45, 70, 3)
      let width = outputs + gap
      let (x, w) = (
        Numbers.floats(rows * (inputs + gap)), Numbers.floats(inputs * outputs, seed: 2)
      )
      let (bias, gate) = (
        Memory(Numbers.floats(outputs, seed: 3)), Memory(Numbers.floats(outputs, seed: 4))
      )
      let residual = Numbers.floats(rows * width, seed: 5)
      let packed = (0..<rows).flatMap { x[$0 * (inputs + gap)..<$0 * (inputs + gap) + inputs] }
      let plain = product(packed, w, rows, outputs, inputs, false, layout == CK_OUT_IN)
      let (xMemory, wMemory) = (Memory(x), Memory(w))
      for parts in 0..<16 {
        let (b, a, g, r) = (parts & 1 != 0, parts & 2 != 0, parts & 4 != 0, parts & 8 != 0)
        for inPlace in r ? [true, false] : [false] {
          var expected = (inPlace ? residual : Array(repeating: -7, count: rows * width)).map(
            Double.init)
          for m in 0..<rows {
            for n in 0..<outputs {
              var y = plain[m * outputs + n] + (b ? Double(bias.pointer[n]) : 0)
              if a { y = y / (1 + exp(-y)) }
              if g { y *= Double(gate.pointer[n]) }
              expected[m * width + n] = y + (r ? Double(residual[m * width + n]) : 0)
            }
          }
          let residualMemory = Memory(residual)
          expectEverywhere(expected, within: 2e-6) {
            let out = inPlace ? Memory(residual) : Memory<Float>(repeating: -7, count: rows * width)
            var epilogue = ck_epilogue(
              bias: b ? UnsafePointer(bias.pointer) : nil, activation: a ? CK_SILU : CK_IDENTITY,
              gate: g ? UnsafePointer(gate.pointer) : nil,
              residual: r ? UnsafePointer(inPlace ? out.pointer : residualMemory.pointer) : nil,
              residual_stride: width)
            ck_linear(
              rows, inputs, outputs, xMemory.pointer, inputs + gap, layout, wMemory.pointer,
              &epilogue,
              out.pointer, width)
            return out
          }
        }
      }
    }

    /// Sizes that are cut into several blocks in both directions.
    @Test func blocks() {
      let (rows, columns, depth) = (530, 620, 9)
      let (a, b) = (Numbers.floats(rows * depth), Numbers.floats(depth * columns, seed: 2))
      let (left, right) = (Memory(a), Memory(b))
      expectEverywhere(product(a, b, rows, columns, depth, false, true), within: 1e-6) {
        let out = Memory<Float>(repeating: 0, count: rows * columns)
        ck_linear(
          rows, depth, columns, left.pointer, depth, CK_OUT_IN, right.pointer, nil, out.pointer,
          columns)
        return out
      }
    }
  }
}
