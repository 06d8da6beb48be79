import CKernels
import Testing

extension CKernelsTests {
  @Suite struct PoolTests {
    /// Every chunk runs exactly once, whatever the number of chunks and threads.
    @Test(arguments: [0, 1, 2, 3, 7, 1000, 100_000])
    func runsEveryChunkOnce(chunks: Int) {
      for threads: Int32 in [1, 2, 5] {
        ck_init(threads, nil)
        #expect(ck_thread_count() == threads)
        let counts = Memory<UInt8>(repeating: 0, count: chunks)
        ck_parallel_for(
          chunks,
          { context, chunk in context?.assumingMemoryBound(to: UInt8.self)[chunk] += 1 },
          counts.pointer)
        #expect(counts.values.allSatisfy { $0 == 1 })
        #expect(counts.guardsHold)
      }
      ck_init(0, nil)
    }

    /// A body may ask for parallel work itself.
    @Test func nests() {
      ck_init(2, nil)
      let counts = Memory<UInt8>(repeating: 0, count: 64)
      ck_parallel_for(
        8,
        { context, chunk in
          guard let row = context?.assumingMemoryBound(to: UInt8.self) else { return }
          ck_parallel_for(
            8, { context, chunk in context?.assumingMemoryBound(to: UInt8.self)[chunk] += 1 },
            row + chunk * 8)
        }, counts.pointer)
      #expect(counts.values.allSatisfy { $0 == 1 })
      ck_init(0, nil)
    }

    @Test func choosesInstructionSets() {
      for isa in instructionSets {
        #expect(ck_init(1, isa))
        #expect(String(cString: ck_isa_name()) == isa)
      }
      #expect(!ck_init(1, "avx9000"))
      #expect(ck_init(0, nil))
      #expect(String(cString: ck_isa_name()) == instructionSets.last)
      #expect(ck_thread_count() >= 1)
    }
  }
}
