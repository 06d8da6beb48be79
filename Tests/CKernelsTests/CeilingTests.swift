import CKernels
import Testing

extension CKernelsTests {
  /// What is measured can only be held against what the same machine does otherwise.
  @Suite struct CeilingTests {
    /// No kernel is faster than the loop that does nothing but multiply and add.
    @Test func isAboveAProduct() {
      for isa in instructionSets {
        ck_init(1, isa)
        let size = 384
        let (x, w) = (
          Memory<Float>(repeating: 1, count: size * size), Memory<Float>(repeating: 1, count: size * size)
        )
        let y = Memory<Float>(repeating: 0, count: size * size)
        var best = Double.infinity
        for _ in 0..<5 {
          let time = ContinuousClock().measure {
            ck_linear(size, size, size, x.pointer, size, CK_OUT_IN, w.pointer, nil, y.pointer, size)
          }
          best = min(best, Double(time.components.attoseconds) * 1e-18)
        }
        let reached = Double(size * size * size) / best
        // The machine may be shared: a ceiling is not compared closely.
        #expect(ck_ceiling(CK_F32) > reached * 0.6, "\(isa)")
      }
      ck_init(0, nil)
    }

    @Test func pairsAreThereIffTheInstructionSetHasThem() {
      for isa in instructionSets {
        ck_init(1, isa)
        #expect((ck_ceiling(CK_BF16) > 0) == (isa == "avx512_bf16"))
      }
      ck_init(0, nil)
    }

    @Test func memoryIsRead() {
      // Between what a disk and what a cache gives.
      #expect((1e8..<1e13).contains(ck_read_ceiling()))
    }
  }
}
