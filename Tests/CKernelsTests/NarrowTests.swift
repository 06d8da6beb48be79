import CKernels
import Testing

extension CKernelsTests {
  /// Products of operands rounded to bf16.
  @Suite struct NarrowTests {
    static let sizes = [
      (1, 1, 1), (2, 130, 33), (9, 19, 7), (17, 300, 40), (60, 33, 77), (11, 50, 900), (3, 4, 0),
      (530, 620, 9),
    ]

    /// Both layouts, weights of both types, with and without a bias.
    @Test(arguments: sizes) func linear(rows: Int, outputs: Int, inputs: Int) {
      let (x, w) = (Numbers.floats(rows * inputs), Numbers.floats(inputs * outputs, seed: 2))
      let (xNarrow, wNarrow) = (x.map(\.nearestNarrow), w.map(\.nearestNarrow))
      let bias = Numbers.floats(outputs, seed: 3)
      let (xMemory, wide, biasMemory) = (Memory(x), Memory(w), Memory(bias))
      let stored = Memory(wNarrow.map { UInt16($0.bitPattern >> 16) })
      for layout in [CK_OUT_IN, CK_IN_OUT] {
        var expected: [Double] = []
        for row in 0..<rows {
          for output in 0..<outputs {
            expected.append(
              (0..<inputs).reduce(Double(bias[output])) { sum, k in
                let place = layout == CK_OUT_IN ? output * inputs + k : k * outputs + output
                return sum + Double(xNarrow[row * inputs + k]) * Double(wNarrow[place])
              })
          }
        }
        for type in [CK_F32, CK_BF16] {
          let weights = type == CK_F32 ? UnsafeRawPointer(wide.pointer) : UnsafeRawPointer(stored.pointer)
          expectEverywhere(expected, within: 2e-6) {
            let out = Memory<Float>(repeating: .nan, count: rows * outputs)
            var epilogue = ck_epilogue()
            epilogue.bias = UnsafePointer(biasMemory.pointer)
            ck_narrow_linear(
              rows, inputs, outputs, xMemory.pointer, inputs, layout, weights, type, &epilogue, out.pointer,
              outputs)
            return out
          }
        }
      }
    }
  }
}

extension Float {
  /// The nearest bf16, ties to even.
  fileprivate var nearestNarrow: Float {
    Float(bitPattern: (bitPattern + 0x7fff + (bitPattern >> 16 & 1)) & 0xffff_0000)
  }
}
