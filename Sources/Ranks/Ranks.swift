import CRanks
import Glibc
import Synchronization
package import Tensors

/// Processes that work on one thing together, this being one of them: those that OpenMPI's `mpirun` started, or
/// this one alone.
///
/// Whatever may fail on one rank and not on another is done within `together`, so that all learn of it:
///
///     let ranks = Ranks()
///     try ranks.join()
///     let data = try ranks.together { () throws(Diagnostic) in try load() }
///     try ranks.sum(values)
///     ranks.leave()
///
/// Every rank makes the same calls in the same order. A process that exits otherwise than behind `leave`, or behind
/// an error that `together` has told all of, ends the others, too.
package final class Ranks: Sendable {
  /// Which of them this is, counted from 0.
  package let rank: Int
  package let count: Int
  /// Which of them says how the work ended.
  private let speaker = Atomic(0)
  private let hasJoined = Atomic(false)
  /// Whether all ranks know that the work has ended.
  private let hasEnded = Atomic(false)

  /// Those that `mpirun` started.
  package convenience init() {
    self.init(rank: Self.number("OMPI_COMM_WORLD_RANK") ?? 0, of: Self.number("OMPI_COMM_WORLD_SIZE") ?? 1)
  }

  /// Rank `rank` of `count`.
  init(rank: Int, of count: Int) { (self.rank, self.count) = (rank, count) }

  /// One by itself.
  package static let alone = Ranks(rank: 0, of: 1)

  /// Whether this is the first, which alone writes.
  package var isFirst: Bool { rank == 0 }

  /// Whether it falls to this rank to say how the work ended.
  package var speaks: Bool {
    let isEveryones = hasEnded.load(ordering: .relaxed) || !hasJoined.load(ordering: .relaxed)
    return !isEveryones || rank == speaker.load(ordering: .relaxed)
  }

  /// Meets the others. Throws iff this `foley` was built without OpenMPI, or with one that does not find them.
  package func join() throws(Diagnostic) {
    guard count > 1 else { return }
    guard ranks_built() else { throw .absent(count) }
    var (rank, count) = (Int32(0), Int32(0))
    let code = ranks_join(&rank, &count)
    hasJoined.store(true, ordering: .relaxed)
    try check(code)
    guard Int(rank) == self.rank, Int(count) == self.count else { throw .strangers(self.count, Int(count)) }
  }

  /// Says that the work is done: this process may exit when the others do.
  package func leave() { end(true) }

  /// Calls `work` and waits until all ranks have. Returns what `work` did.
  ///
  /// Throws on every rank iff `work` throws on one. The first of those throws that error and speaks, the others
  /// one of the same kind.
  package func together<Result: ~Copyable>(
    _ work: () throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    guard count > 1 else { return try work() }
    end(false)
    let result: Result
    do throws(Diagnostic) {
      result = try work()
    } catch {
      throw try failure(error) ?? error
    }
    if let failure = try failure(nil) { throw failure }
    return result
  }

  /// What every rank has to offer, in their order.
  package func gather<Value: BitwiseCopyable>(_ value: Value) throws(Diagnostic) -> [Value] {
    guard count > 1 else { return [value] }
    let own = [value]
    var all = Array(repeating: value, count: count)
    let code = all.withUnsafeMutableBytes { all in
      own.withUnsafeBytes { own in
        guard let bytes = own.baseAddress, let all = all.baseAddress else { return Int32(0) }
        return ranks_gather(bytes, Int32(own.count), all)
      }
    }
    try check(code)
    return all
  }

  /// Throws iff `code` says that a call failed.
  func check(_ code: Int32) throws(Diagnostic) {
    guard code != 0 else { return }
    var text = Array(repeating: CChar(0), count: Int(RANKS_TEXT))
    ranks_problem(code, &text)
    throw .failed(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
  }

  /// What this rank throws, which met `error`, if anything; `nil` iff no rank met an error.
  private func failure(_ error: Diagnostic?) throws(Diagnostic) -> Diagnostic? {
    let kinds = try gather(error?.kind.rawValue ?? 0)
    // That one rank is interrupted matters less than what befell another.
    let wish = Diagnostic.Kind.interrupted.rawValue
    let failed = kinds.firstIndex { $0 != 0 && $0 != wish } ?? kinds.firstIndex(of: wish)
    guard let failed else { return nil }
    speaker.store(failed, ordering: .relaxed)
    end(true)
    guard failed == rank, let error else { return .elsewhere(failed, kinds[failed]) }
    return isFirst || !kinds.contains(0) ? error : error.met(by: self)
  }

  private func end(_ all: Bool) {
    hasEnded.store(all, ordering: .relaxed)
    if hasJoined.load(ordering: .relaxed) { ranks_end(all) }
  }

  private static func number(_ variable: String) -> Int? {
    getenv(variable).flatMap { Int(String(cString: $0)) }.flatMap { $0 >= 0 ? $0 : nil }
  }
}

extension Diagnostic {
  fileprivate static func absent(_ count: Int) -> Diagnostic {
    Diagnostic(
      "mpirun started \(count) ranks, but this foley was built without OpenMPI",
      help:
        "run `tools/setup --mpi`, which installs libopenmpi-dev, and build again; or start foley without mpirun",
      kind: .unavailable)
  }
  fileprivate static func strangers(_ started: Int, _ met: Int) -> Diagnostic {
    Diagnostic(
      "mpirun started \(started) ranks, but the MPI library of this foley met \(met)",
      note: "the library is not that of the mpirun in use",
      help: "start with the mpirun of the OpenMPI that foley was built with", kind: .unavailable)
  }
  fileprivate static func failed(_ words: String) -> Diagnostic {
    Diagnostic(
      "the ranks cannot reach each other: \(words)",
      help: "see that every host of the job is up, and go on from the last state by --resume",
      kind: .unavailable)
  }
  fileprivate static func elsewhere(_ rank: Int, _ kind: Int32) -> Diagnostic {
    Diagnostic("rank \(rank) failed", kind: Kind(rawValue: kind) ?? .software)
  }

  /// The same with a word on where it happened.
  fileprivate func met(by ranks: Ranks) -> Diagnostic {
    var copy = self
    var host = utsname()
    uname(&host)
    let name = withUnsafeBytes(of: host.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    copy.note = (note.map { "\($0); " } ?? "") + "this is rank \(ranks.rank) of \(ranks.count), on \(name)"
    return copy
  }
}
