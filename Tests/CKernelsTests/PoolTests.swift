import CKernels
import Testing

@Suite struct PoolTests {
  /// Every chunk runs exactly once, whatever the number of chunks.
  @Test(arguments: [0, 1, 2, 3, 7, 1000, 100_000])
  func runsEveryChunkOnce(chunks: Int) {
    let counts = UnsafeMutablePointer<UInt8>.allocate(capacity: chunks + 1)
    counts.initialize(repeating: 0, count: chunks + 1)
    defer { counts.deallocate() }
    ck_parallel_for(
      chunks,
      { context, chunk in context?.assumingMemoryBound(to: UInt8.self)[chunk] += 1 }, counts)
    #expect((0..<chunks).allSatisfy { counts[$0] == 1 })
    #expect(counts[chunks] == 0)
  }
}
