import Tensors

/// Compares tensors in pieces of a few MiB, spread over threads: no more than the pieces at work is in memory,
/// and the results are those of any number of threads.
struct Comparison: Sendable {
  typealias Progress = WeightDiff.Progress

  private let spread: Spread

  init(_ spread: Spread = .serial) { self.spread = spread }

  /// Elements of a piece; fills whole bytes whatever the type.
  static let piece = 1 << 20
  /// Pieces between two reports of progress.
  private static let batch = 32

  private struct Piece: Sendable {
    let pair: Int
    let range: Range<Int>
  }

  /// What came out for each pair. `progress` is told the bytes compared and those to compare; what it throws
  /// ends the comparison.
  func outcomes(of pairs: [TensorPair], _ progress: Progress) throws(Diagnostic) -> [TensorPair.Outcome] {
    var pieces: [Piece] = []
    for (index, pair) in pairs.enumerated() {
      for start in stride(from: 0, to: pair.count, by: Self.piece) {
        pieces.append(Piece(pair: index, range: start..<min(start + Self.piece, pair.count)))
      }
    }
    var parts = try compare(pieces, of: pairs, measuring: false, progress)
    // The measures of a pair cover the pieces that are the same, too.
    var isMeasured = pairs.map { _ in false }
    for (piece, part) in zip(pieces, parts) {
      if case .measured = part { isMeasured[piece.pair] = true }
    }
    let rest = pieces.indices.filter { index in
      guard isMeasured[pieces[index].pair], case .same = parts[index] else { return false }
      return true
    }
    let total = pieces.reduce(0) { $0 + bytes(of: $1, pairs) }
    let measured = try compare(rest.map { pieces[$0] }, of: pairs, measuring: true) {
      (_, _) throws(Diagnostic) in try progress(total, total)
    }
    for (index, part) in zip(rest, measured) { parts[index] = part }
    var outcomes = pairs.map { _ in TensorPair.Outcome.same }
    for (piece, part) in zip(pieces, parts) { outcomes[piece.pair] = outcomes[piece.pair] + part }
    return outcomes
  }

  private func compare(
    _ pieces: [Piece], of pairs: [TensorPair], measuring: Bool, _ progress: Progress
  ) throws(Diagnostic) -> [TensorPair.Outcome] {
    let total = pieces.reduce(0) { $0 + bytes(of: $1, pairs) }
    var done = 0
    var outcomes: [TensorPair.Outcome] = []
    for start in stride(from: 0, to: pieces.count, by: Self.batch) {
      try progress(done, total)
      let batch = Array(pieces[start..<min(start + Self.batch, pieces.count)])
      outcomes += results(batch.count) { index in
        pairs[batch[index].pair].compare(batch[index].range, measuring: measuring)
      }
      done += batch.reduce(0) { $0 + bytes(of: $1, pairs) }
    }
    return outcomes
  }

  private func bytes(of piece: Piece, _ pairs: [TensorPair]) -> Int {
    let pair = pairs[piece.pair]
    return pair.a.bytes(piece.range).count + pair.b.bytes(piece.range).count
  }

  /// What `work` gives for each of `0..<count`, done by all threads.
  func results<Result: Sendable>(_ count: Int, _ work: @escaping @Sendable (Int) -> Result) -> [Result] {
    let results = Results<Result>()
    spread(count) { index in results.put(work(index), at: index) }
    return results.all(count)
  }
}
