import CKernels
import Testing

extension CKernelsTests {
  /// Products with packed weights: the same bits as with weights as they lie.
  @Suite struct PackedTests {
    static let sizes = [
      (5, 1, 1), (6, 130, 33), (9, 19, 7), (17, 300, 40), (140, 34, 77), (11, 50, 900), (2060, 100, 13),
      (530, 620, 9),
    ]

    @Test(arguments: sizes, [false, true]) func linear(_ size: (Int, Int, Int), isNarrow: Bool) {
      let (rows, outputs, inputs) = size
      let x = Memory(Numbers.floats(rows * inputs)), w = Memory(Numbers.floats(inputs * outputs, seed: 2))
      let bias = Memory(Numbers.floats(outputs, seed: 3))
      let residual = Numbers.floats(rows * outputs, seed: 4)
      var shape = ck_packed_shape(inputs: inputs, outputs: outputs, narrow: isNarrow, gated: false)
      for layout in [CK_OUT_IN, CK_IN_OUT] {
        eachMachine {
          guard let packed = pack(&shape, layout, w) else { return }
          // The residual is the output itself.
          let expected = Memory(residual)
          let out = Memory(residual)
          var epilogue = ck_epilogue()
          epilogue.bias = UnsafePointer(bias.pointer)
          epilogue.activation = CK_GELU
          epilogue.residual_stride = outputs
          epilogue.residual = UnsafePointer(out.pointer)
          ck_packed_linear(&shape, rows, x.pointer, inputs, packed.pointer, &epilogue, out.pointer, outputs)
          epilogue.residual = UnsafePointer(expected.pointer)
          plain(shape, layout, rows, x, w, &epilogue, expected)
          #expect(out.guardsHold && packed.guardsHold)
          #expect(out.values == expected.values, "\(size) \(String(cString: ck_isa_name()))")
        }
      }
    }

    @Test(arguments: sizes, [false, true]) func gated(_ size: (Int, Int, Int), isNarrow: Bool) {
      let (rows, half, inputs) = size
      let x = Memory(Numbers.floats(rows * inputs)), w = Memory(Numbers.floats(inputs * 2 * half, seed: 2))
      let bias = Memory(Numbers.floats(2 * half, seed: 3))
      var shape = ck_packed_shape(inputs: inputs, outputs: 2 * half, narrow: isNarrow, gated: true)
      eachMachine {
        guard let packed = pack(&shape, CK_OUT_IN, w) else { return }
        let out = Memory<Float>(repeating: .nan, count: rows * half)
        var epilogue = ck_epilogue()
        epilogue.bias = UnsafePointer(bias.pointer)
        epilogue.activation = CK_SILU
        ck_packed_linear(&shape, rows, x.pointer, inputs, packed.pointer, &epilogue, out.pointer, half)
        let wide = Memory<Float>(repeating: .nan, count: rows * 2 * half)
        epilogue.activation = CK_IDENTITY
        plain(shape, CK_OUT_IN, rows, x, w, &epilogue, wide)
        let expected = Memory<Float>(repeating: .nan, count: rows * half)
        ck_glu(CK_SILU, rows, half, expected.pointer, wide.pointer)
        #expect(out.guardsHold && packed.guardsHold)
        #expect(out.values == expected.values, "\(size) \(String(cString: ck_isa_name()))")
      }
    }

    private func eachMachine(_ body: () -> Void) {
      for isa in instructionSets {
        for threads: Int32 in [1, 3] where ck_init(threads, isa) { body() }
      }
      ck_init(0, nil)
    }

    /// The packed weights, or `nil` where packing gains nothing.
    private func pack(_ shape: inout ck_packed_shape, _ layout: ck_weight_layout, _ w: Memory<Float>)
      -> Memory<Float>?
    {
      let count = ck_packed_count(&shape)
      guard count > 0 else { return nil }
      let packed = Memory<Float>(repeating: .nan, count: count)
      ck_pack_linear(&shape, layout, w.pointer, CK_F32, packed.pointer)
      return packed
    }

    private func plain(
      _ shape: ck_packed_shape, _ layout: ck_weight_layout, _ rows: Int, _ x: Memory<Float>,
      _ w: Memory<Float>,
      _ epilogue: inout ck_epilogue, _ out: Memory<Float>
    ) {
      let (inputs, outputs) = (shape.inputs, shape.outputs)
      if shape.narrow {
        ck_narrow_linear(
          rows, inputs, outputs, x.pointer, inputs, layout, w.pointer, CK_F32, &epilogue, out.pointer, outputs
        )
      } else {
        ck_linear(
          rows, inputs, outputs, x.pointer, inputs, layout, w.pointer, &epilogue, out.pointer, outputs)
      }
    }
  }
}
