import CKernels
import Foundation
import Testing

extension CKernelsTests {
  @Suite struct ConvolutionTests {
    struct Case: Sendable {
      var transposed = false
      var inputs = 3, outputs = 5, groups = 1
      var taps = 3, stride = 1, dilation = 1
      var left = 0, right = 0, outputPadding = 0
      var batch = 1, length = 20
      var snake = false

      var shape: ck_conv1d_shape {
        ck_conv1d_shape(
          transposed: transposed, inputs: inputs, outputs: outputs, groups: groups, taps: taps,
          stride: stride, dilation: dilation, pad_left: left, pad_right: right,
          output_padding: outputPadding, narrow: false)
      }
    }

    static let cases = [
      Case(),
      Case(inputs: 1, outputs: 1, taps: 1, length: 1),
      Case(
        inputs: 7, outputs: 9, taps: 7, dilation: 9, left: 27, right: 27, batch: 2, length: 150,
        snake: true),
      Case(inputs: 20, outputs: 70, taps: 7, dilation: 3, left: 9, right: 9, length: 500),
      Case(
        inputs: 4, outputs: 8, taps: 4, stride: 2, left: 1, right: 1, batch: 2, length: 77,
        snake: true),
      Case(inputs: 6, outputs: 4, taps: 16, stride: 8, left: 4, right: 5, length: 130),
      Case(
        inputs: 4, outputs: 6, groups: 2, taps: 5, stride: 3, dilation: 2, left: 3, right: 0,
        length: 61),
      Case(inputs: 9, outputs: 9, groups: 9, taps: 3, left: 1, right: 1, length: 40),
      Case(inputs: 300, outputs: 3, taps: 7, left: 3, right: 3, length: 60),
      Case(inputs: 2, outputs: 2, taps: 5, left: 0, right: 0, length: 4),
      Case(inputs: 2, outputs: 2, taps: 3, stride: 5, left: 0, right: 9, length: 33),
      Case(transposed: true),
      Case(
        transposed: true, inputs: 12, outputs: 10, taps: 16, stride: 8, left: 4, right: 4, batch: 2,
        length: 37),
      Case(
        transposed: true, inputs: 8, outputs: 4, taps: 4, stride: 2, left: 1, right: 1, length: 300,
        snake: true),
      Case(
        transposed: true, inputs: 6, outputs: 4, groups: 2, taps: 5, stride: 3, dilation: 2,
        left: 2, right: 1, outputPadding: 2, length: 25),
      Case(
        transposed: true, inputs: 3, outputs: 2, taps: 2, stride: 4, left: 1, right: 0,
        outputPadding: 1, length: 19),
      Case(
        transposed: true, inputs: 3, outputs: 2, taps: 3, stride: 1, dilation: 2, left: 5, right: 1,
        length: 19),
      Case(
        transposed: true, inputs: 200, outputs: 3, taps: 10, stride: 5, left: 3, right: 2,
        length: 11),
    ]

    @Test(arguments: cases.indices) func matchesTheSum(number: Int) {
      let c = Self.cases[number]
      var shape = c.shape
      let inputs = c.inputs / c.groups
      let outputs = c.outputs / c.groups
      let x = Numbers.floats(c.batch * c.inputs * c.length)
      let w = Numbers.floats(c.inputs * outputs * c.taps, seed: 2)
      let bias = Numbers.floats(c.outputs, seed: 3)
      let alpha = Numbers.floats(c.inputs, in: 0.5...2, seed: 4)
      let inverse = Numbers.floats(c.inputs, in: 0.5...2, seed: 5)
      let span = c.dilation * (c.taps - 1)
      let wanted =
        c.transposed
        ? (c.length - 1) * c.stride - c.left - c.right + span + c.outputPadding + 1
        : (c.length + c.left + c.right - span - 1 + c.stride) / c.stride
      let length = ck_conv1d_length(&shape, c.length)
      #expect(length == max(c.length + c.left + c.right <= span && !c.transposed ? 0 : wanted, 0))

      let entered = x.indices.map { at -> Double in
        let channel = at / c.length % c.inputs
        let sine = sin(Double(alpha[channel]) * Double(x[at]))
        return Double(x[at]) + (c.snake ? sine * sine * Double(inverse[channel]) : 0)
      }
      var plain = Array(repeating: 0.0, count: c.batch * c.outputs * length)
      for index in indices([c.batch, c.groups, outputs, inputs]) {
        let (b, g, o, i) = (index[0], index[1], index[2], index[3])
        let row = (b * c.outputs + g * outputs + o) * length
        let source = (b * c.inputs + g * inputs + i) * c.length
        for t in 0..<c.taps {
          if c.transposed {
            let weight = Double(w[((g * inputs + i) * outputs + o) * c.taps + t])
            for l in 0..<c.length {
              let at = l * c.stride + t * c.dilation - c.left
              if (0..<length).contains(at) { plain[row + at] += weight * entered[source + l] }
            }
          } else {
            let weight = Double(w[((g * outputs + o) * inputs + i) * c.taps + t])
            for at in 0..<length {
              let l = at * c.stride + t * c.dilation - c.left
              if (0..<c.length).contains(l) { plain[row + at] += weight * entered[source + l] }
            }
          }
        }
      }

      let (xMemory, biasMemory, alphaMemory, inverseMemory) = (
        Memory(x), Memory(bias), Memory(alpha), Memory(inverse)
      )
      let residual = Numbers.floats(plain.count, seed: 6)
      for parts in 0..<8 {
        let (b, r) = (parts & 1 != 0, parts & 2 != 0)
        shape.narrow = parts & 4 != 0
        let expected = plain.indices.map { (at: Int) -> Double in
          let added = b ? Double(bias[at / max(length, 1) % c.outputs]) : 0
          return plain[at] + added + (r ? Double(residual[at]) : 0)
        }
        expectEverywhere(expected, within: shape.narrow ? 1e-2 : 3e-6) {
          let packed = Memory<Float>(repeating: .nan, count: ck_conv1d_packed_count(&shape))
          ck_conv1d_pack(&shape, w, packed.pointer)
          #expect(packed.guardsHold)
          let out = r ? Memory(residual) : Memory<Float>(repeating: .nan, count: plain.count)
          var extras = ck_conv1d_extras(
            bias: b ? UnsafePointer(biasMemory.pointer) : nil,
            residual: r ? UnsafePointer(out.pointer) : nil,
            snake_alpha: c.snake ? UnsafePointer(alphaMemory.pointer) : nil,
            snake_inv_beta: c.snake ? UnsafePointer(inverseMemory.pointer) : nil)
          ck_conv1d(
            &shape, c.batch, c.length, xMemory.pointer, packed.pointer, &extras, out.pointer)
          return out
        }
      }
    }

    struct Volume: Sendable {
      var inputs = 2, outputs = 3, groups = 1, batch = 1
      var size: [Int]
      var kernel: [Int]
      var stride: [Int]
      var dilation: [Int]
      var before: [Int]
      var after: [Int]
    }

    static let volumes = [
      Volume(
        batch: 2, size: [17], kernel: [3], stride: [2], dilation: [2], before: [1], after: [3]),
      Volume(
        inputs: 4, outputs: 6, groups: 2, size: [9, 11], kernel: [3, 2], stride: [1, 2],
        dilation: [1, 3], before: [1, 0], after: [2, 1]),
      Volume(
        inputs: 3, outputs: 9, size: [40, 40], kernel: [4, 4], stride: [2, 2], dilation: [1, 1],
        before: [1, 1], after: [1, 1]),
      Volume(
        inputs: 3, outputs: 8, batch: 2, size: [4, 8, 12], kernel: [2, 4, 4], stride: [2, 4, 4],
        dilation: [1, 1, 1], before: [0, 0, 0], after: [0, 0, 0]),
      Volume(
        size: [3, 5, 4], kernel: [2, 3, 3], stride: [1, 1, 2], dilation: [2, 1, 1],
        before: [1, 0, 2], after: [0, 1, 1]),
    ]

    @Test(arguments: volumes.indices) func matchesTheSumOverAxes(number: Int) {
      let v = Self.volumes[number]
      let rank = v.size.count
      let outSize = (0..<rank).map { (axis: Int) -> Int in
        let padded: Int = v.size[axis] + v.before[axis] + v.after[axis]
        let span: Int = v.dilation[axis] * (v.kernel[axis] - 1)
        return (padded - span - 1) / v.stride[axis] + 1
      }
      let inputs = v.inputs / v.groups
      let outputs = v.outputs / v.groups
      let x = Numbers.floats(v.batch * v.inputs * v.size.reduce(1, *))
      let w = Numbers.floats(v.outputs * inputs * v.kernel.reduce(1, *), seed: 2)
      let bias = Numbers.floats(v.outputs, seed: 3)
      let xStrides = strides([v.batch, v.inputs] + v.size)
      let wStrides = strides([v.outputs, inputs] + v.kernel)
      let expected = indices([v.batch, v.outputs] + outSize).map { place -> Double in
        var sum = Double(bias[place[1]])
        for index in indices([inputs] + v.kernel) {
          let at = (0..<rank).map { (axis: Int) -> Int in
            let start: Int = place[2 + axis] * v.stride[axis]
            let step: Int = index[1 + axis] * v.dilation[axis]
            return start + step - v.before[axis]
          }
          guard zip(at, v.size).allSatisfy({ (0..<$1).contains($0) }) else { continue }
          let channel = place[1] / outputs * inputs + index[0]
          sum +=
            Double(x[offset([place[0], channel] + at, xStrides)])
            * Double(w[offset([place[1]] + index, wStrides)])
        }
        return sum
      }
      let triple = { (values: [Int]) -> (Int, Int, Int) in
        let padded = values + [0, 0]
        return (padded[0], padded[1], padded[2])
      }
      var shape = ck_conv_shape(
        rank: rank, inputs: v.inputs, outputs: v.outputs, groups: v.groups,
        kernel: triple(v.kernel),
        stride: triple(v.stride), dilation: triple(v.dilation), pad_before: triple(v.before),
        pad_after: triple(v.after))
      let (xMemory, wMemory, biasMemory) = (Memory(x), Memory(w), Memory(bias))
      expectEverywhere(expected, within: 2e-6) {
        let out = Memory<Float>(repeating: .nan, count: expected.count)
        ck_conv_nd(
          &shape, v.batch, v.size, xMemory.pointer, wMemory.pointer, biasMemory.pointer, out.pointer
        )
        return out
      }
    }
  }
}
