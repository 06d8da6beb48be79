@testable import Ranks
import Tensors
import Testing

@Suite struct RanksTests {
  /// Every piece of work is one rank's, in the order of the ranks, whatever the number of pieces.
  @Test(arguments: [(1, 4), (2, 4), (3, 7), (5, 5)]) func piecesAreDealtOut(count: Int, total: Int) {
    let shares = (0..<count).map { Array(Ranks(rank: $0, of: count).share(of: total)) }
    #expect(shares.joined().sorted() == Array(0..<total))
    #expect(shares.allSatisfy { !$0.isEmpty && $0.count - total / count <= 1 })
    for (rank, share) in shares.enumerated() { #expect(share.allSatisfy { $0 % count == rank }) }
  }

  @Test(arguments: [
    // Bound to a core each, sharing two, bound to less than there is, more ranks than cores, one in a corner.
    (Ranks.Cores(ranks: 2, own: 1, together: 2, machine: 2), 1, true),
    (Ranks.Cores(ranks: 2, own: 64, together: 64, machine: 64), 32, true),
    (Ranks.Cores(ranks: 2, own: 1, together: 2, machine: 64), 1, false),
    (Ranks.Cores(ranks: 3, own: 2, together: 2, machine: 2), 1, true),
    (Ranks.Cores(ranks: 2, own: 2, together: 16, machine: 16), 2, true),
  ]) func threadsShareTheCores(cores: Ranks.Cores, threads: Int, isWhole: Bool) {
    #expect(cores.threads == threads)
    #expect((cores.warning == nil) == isWhole)
    if let warning = cores.warning { #expect(warning.contains("2 of 64 cores; --bind-to none")) }
  }

  /// One rank needs nobody: its results and errors are those of the work.
  @Test func aloneIsAsWithout() throws {
    let ranks = Ranks.alone
    try ranks.join()
    var values: [Float] = [1, 2]
    try values.withUnsafeMutableBufferPointer { try ranks.sum($0) }
    #expect(values == [1, 2])
    #expect(try ranks.sum(2.5) == 2.5)
    #expect(try ranks.gather(7) == [7])
    #expect(try ranks.together { 3 } == 3)
    let problem = #expect(throws: Diagnostic.self) {
      try ranks.together { () throws(Diagnostic) in throw Diagnostic("no") }
    }
    #expect(problem == Diagnostic("no"))
    #expect(ranks.speaks)
    #expect(try ranks.cores() == nil)
  }
}
