import CKernels
import Foundation
import Testing

extension CKernelsTests {
  @Suite struct ElementwiseTests {
    struct Function: CustomTestStringConvertible, Sendable {
      let name: String
      let op: ck_unary_op
      let range: ClosedRange<Float>
      let tolerance: Double
      /// True: errors count against |x| or the result, whichever is larger.
      var relativeToInput = false
      let exact: @Sendable (Double) -> Double
      var testDescription: String { name }
    }

    static let functions: [Function] = [
      Function(name: "identity", op: CK_IDENTITY, range: -9...9, tolerance: 0) { $0 },
      Function(name: "exp", op: CK_EXP, range: -80...80, tolerance: 2e-7, exact: exp),
      Function(name: "log", op: CK_LOG, range: 1e-6...50, tolerance: 2e-7, exact: log),
      Function(name: "tanh", op: CK_TANH, range: -9...9, tolerance: 3e-7, exact: tanh),
      Function(name: "sigmoid", op: CK_SIGMOID, range: -30...30, tolerance: 4e-7) {
        1 / (1 + exp(-$0))
      },
      Function(name: "erf", op: CK_ERF, range: -5...5, tolerance: 3e-7, exact: erf),
      Function(
        name: "sqrt", op: CK_SQRT, range: 0...50, tolerance: 1e-7, exact: { $0.squareRoot() }),
      Function(name: "rsqrt", op: CK_RSQRT, range: 1e-5...50, tolerance: 2e-7) {
        1 / $0.squareRoot()
      },
      Function(name: "neg", op: CK_NEG, range: -9...9, tolerance: 0) { -$0 },
      Function(name: "abs", op: CK_ABS, range: -9...9, tolerance: 0) { abs($0) },
      Function(name: "reciprocal", op: CK_RECIPROCAL, range: 0.01...9, tolerance: 1e-7) { 1 / $0 },
      Function(name: "square", op: CK_SQUARE, range: -9...9, tolerance: 1e-7) { $0 * $0 },
      Function(name: "relu", op: CK_RELU, range: -9...9, tolerance: 0) { max($0, 0) },
      Function(name: "silu", op: CK_SILU, range: -30...30, tolerance: 4e-7) { $0 / (1 + exp(-$0)) },
      Function(name: "gelu", op: CK_GELU, range: -9...9, tolerance: 2e-7, relativeToInput: true) {
        $0 / 2 * (1 + erf($0 / 2.0.squareRoot()))
      },
      Function(
        name: "gelu_tanh", op: CK_GELU_TANH, range: -9...9, tolerance: 3e-7, relativeToInput: true
      ) {
        $0 / 2 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0)))
      },
      Function(name: "softplus", op: CK_SOFTPLUS, range: -30...30, tolerance: 4e-7) {
        log1p(exp($0))
      },
      Function(name: "floor", op: CK_FLOOR, range: -9...9, tolerance: 0) { $0.rounded(.down) },
      Function(name: "ceil", op: CK_CEIL, range: -9...9, tolerance: 0) { $0.rounded(.up) },
      Function(name: "round", op: CK_ROUND, range: -9...9, tolerance: 0) {
        $0.rounded(.toNearestOrEven)
      },
      Function(name: "sign", op: CK_SIGN, range: -9...9, tolerance: 0) {
        $0 > 0 ? 1 : $0 < 0 ? -1 : 0
      },
    ]

    /// Each result is within a few units in the last place, element by element.
    @Test(arguments: functions)
    func unary(function: Function) {
      let inputs =
        Numbers.floats(17_001, in: function.range) + [function.range.lowerBound, 0.5, 1, 2]
      let expected = inputs.map { function.exact(Double($0)) }
      let x = Memory(inputs)
      expectEverywhere(expected, within: 1e-6) {
        let out = Memory<Float>(repeating: -7, count: inputs.count)
        ck_unary(function.op, inputs.count, out.pointer, x.pointer)
        for (index, wanted) in expected.enumerated() {
          let unit =
            function.relativeToInput ? max(abs(wanted), abs(Double(inputs[index]))) : abs(wanted)
          let error = abs(Double(out.pointer[index]) - wanted)
          if error > function.tolerance * unit {
            Issue.record(
              "\(function.name)(\(inputs[index])) = \(out.pointer[index]), not \(wanted)")
            break
          }
        }
        return out
      }
    }

    @Test(arguments: [Float(4), 300, 10_000, 99_000, 3e6])
    func sineAndCosine(reach: Float) {
      let inputs = Numbers.floats(10_007, in: -reach...reach)
      for (op, exact) in [(CK_SIN, sin as (Double) -> Double), (CK_COS, cos)] {
        expectEverywhere(inputs.map { exact(Double($0)) }, within: 2e-7) {
          let out = Memory(inputs)
          ck_unary(op, inputs.count, out.pointer, out.pointer)
          return out
        }
      }
    }

    @Test func specialValues() {
      let infinity = Double.infinity
      let inputs: [Float] = [
        .infinity, -.infinity, .nan, 0, -0.0, 104, -104, Float.leastNormalMagnitude / 128, 89,
      ]
      let cases: [(ck_unary_op, [Double])] = [
        (CK_EXP, [infinity, 0, .nan, 1, 1, infinity, exp(-104), 1, infinity]),
        (
          CK_LOG,
          [infinity, .nan, .nan, -infinity, -infinity, log(104), .nan, -133 * log(2), log(89)]
        ),
        (CK_TANH, [1, -1, .nan, 0, 0, 1, -1, 0, 1]),
        (CK_SIGMOID, [1, 0, .nan, 0.5, 0.5, 1, 0, 0.5, 1]),
        (CK_ERF, [1, -1, .nan, 0, 0, 1, -1, 0, 1]),
        (CK_RELU, [infinity, 0, .nan, 0, 0, 104, 0, 0, 89]),
        (CK_SOFTPLUS, [infinity, 0, .nan, log(2), log(2), 104, 0, log(2), 89]),
        (CK_SIN, [.nan, .nan, .nan, 0, 0, sin(104), sin(-104), 0, sin(89)]),
      ]
      let x = Memory(inputs)
      for (op, expected) in cases {
        expectEverywhere(expected, within: 3e-7) {
          let out = Memory<Float>(repeating: 0, count: inputs.count)
          ck_unary(op, inputs.count, out.pointer, x.pointer)
          return out
        }
      }
    }

    static let shapes: [(shape: [Int], a: [Int], b: [Int])] = [
      ([], [], []),
      ([1], [1], [1]),
      ([77], [1], [1]),
      ([77], [1], [0]),
      ([17_001], [0], [1]),
      ([5, 33], [33, 1], [0, 1]),
      ([5, 33], [33, 1], [1, 0]),
      ([5, 33], [1, 5], [33, 1]),
      ([5, 700], [1, 5], [1, 5]),
      ([3, 1, 4, 17], [68, 0, 17, 1], [17, 0, 0, 1]),
      ([2, 3, 4, 5], [0, 0, 0, 0], [60, 20, 5, 1]),
      ([2, 3, 0], [0, 0, 1], [0, 0, 1]),
      ([300, 70], [70, 1], [0, 1]),
    ]

    @Test(arguments: shapes.indices)
    func binary(number: Int) {
      let (shape, aStrides, bStrides) = Self.shapes[number]
      let size = { (strides: [Int]) in zip(shape, strides).map { max($0 - 1, 0) * $1 }.reduce(1, +)
      }
      let a = Numbers.floats(size(aStrides), in: 0.5...2, seed: 3)
      let b = Numbers.floats(size(bStrides), in: 0.5...2, seed: 4)
      let operations: [(ck_binary_op, (Double, Double) -> Double)] = [
        (CK_ADD, (+)), (CK_SUB, (-)), (CK_MUL, (*)), (CK_DIV, (/)), (CK_MAX, max), (CK_MIN, min),
        (CK_POW, pow),
      ]
      let (x, y) = (Memory(a), Memory(b))
      for (op, exact) in operations {
        let expected = indices(shape).map {
          exact(Double(a[offset($0, aStrides)]), Double(b[offset($0, bStrides)]))
        }
        expectEverywhere(expected, within: 2e-7) {
          let out = Memory<Float>(repeating: -7, count: expected.count)
          ck_binary(op, shape.count, shape, out.pointer, x.pointer, aStrides, y.pointer, bStrides)
          return out
        }
      }
    }

    @Test func binaryInPlaceAndNaN() {
      let a = Memory<Float>([.nan, 1, 2, -3, .infinity])
      let b = Memory<Float>([1, .nan, 3, -4, 5])
      ck_binary(CK_MAX, 1, [5], a.pointer, a.pointer, [1], b.pointer, [1])
      #expect(a.values[0].isNaN && a.values[1].isNaN)
      #expect(a.values[2...] == [3, -3, .infinity])
      ck_binary(CK_ADD, 1, [5], b.pointer, a.pointer, [1], b.pointer, [1])
      #expect(b.values[2...] == [6, -7, .infinity])
    }

    @Test func comparesAndSelects() {
      let a: [Float] = [1, 2, 3, .nan, 5, 6]
      let b: [Float] = [2, 2, .nan]
      let operations: [(ck_compare_op, (Float, Float) -> Bool)] = [
        (CK_EQUAL, (==)), (CK_NOT_EQUAL, (!=)), (CK_LESS, (<)), (CK_LESS_EQUAL, (<=)),
        (CK_GREATER, (>)), (CK_GREATER_EQUAL, (>=)),
      ]
      for (op, exact) in operations {
        let out = Memory<UInt8>(repeating: 9, count: 6)
        ck_compare(op, 2, [2, 3], out.pointer, a, [3, 1], b, [0, 1])
        #expect(out.values == (0..<6).map { exact(a[$0], b[$0 % 3]) ? 1 : 0 })
        #expect(out.guardsHold)
      }
      let bytes = Memory<UInt8>(repeating: 9, count: 4)
      let integers: [Int64] = [1, 1 << 40, -1, 7]
      ck_compare_i64(CK_LESS, 2, [2, 2], bytes.pointer, integers, [1, 2], [7], [0, 0])
      #expect(bytes.values == [1, 1, 0, 0])
      let chosen = Memory<Float>(repeating: 0, count: 6)
      ck_select(2, [2, 3], chosen.pointer, [1, 0], [1, 0], a, [3, 1], [-1, -2, -3], [0, 1])
      #expect(chosen.values == [1, 2, 3, -1, -2, -3])
    }
  }
}
