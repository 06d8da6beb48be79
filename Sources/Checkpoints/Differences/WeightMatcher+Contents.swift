import Tensors

extension WeightMatcher {
  /// Matches what holds the same values under another name, in whatever order of axes and whichever type.
  ///
  /// Reads each tensor that has no counterpart yet, but one of its size, once a type on the other side.
  mutating func matchContents(_ comparison: Comparison, _ progress: Comparison.Progress) throws(Diagnostic) {
    let types = Set(restA.map { a[$0].type.element }).map { one in
      (one, Set(restB.map { b[$0].type.element }))
    }
    for (one, others) in types.sorted(by: { $0.0.rawValue < $1.0.rawValue }) {
      // The same type first: it is exact.
      for other in others.sorted(by: { ($0 != one ? 1 : 0, $0.rawValue) < ($1 != one ? 1 : 0, $1.rawValue) })
      {
        try matchContents(one, other, comparison, progress)
      }
    }
  }

  private mutating func matchContents(
    _ one: DType, _ other: DType, _ comparison: Comparison, _ progress: Comparison.Progress
  ) throws(Diagnostic) {
    let sizes = Set(restA.map { a[$0].type.count ?? 0 }).intersection(restB.map { b[$0].type.count ?? 0 })
    let common = DType.common(one, other)
    let mine = restA.filter { a[$0].type.element == one && sizes.contains(a[$0].type.count ?? 0) }
    let yours = restB.filter { b[$0].type.element == other && sizes.contains(b[$0].type.count ?? 0) }
    guard !mine.isEmpty, !yours.isEmpty, one == other || (one.hasValues && other.hasValues) else { return }
    let entries = mine.map { a[$0] } + yours.map { b[$0] }
    let digests = try Self.digests(of: entries, as: common, comparison, progress)

    var places: [ContentDigest: [Int]] = [:]
    for (place, digest) in zip(yours, digests[mine.count...]) { places[digest, default: []].append(place) }
    var found: [Match] = []
    for (place, digest) in zip(mine, digests) {
      guard let candidates = places[digest], let best = try best(of: candidates, for: place) else { continue }
      found.append(Match(a: whole(a: place), b: whole(b: best.place), order: best.order))
      places[digest]?.removeAll { $0 == best.place }
    }
    add(found)
  }

  private static func digests(
    of entries: [Checkpoint.Entry], as element: DType, _ comparison: Comparison,
    _ progress: Comparison.Progress
  ) throws(Diagnostic) -> [ContentDigest] {
    let total = entries.reduce(0) { $0 + $1.byteCount }
    var done = 0
    var digests: [ContentDigest] = []
    for run in entries.runs(of: batch, within: UnpackedTensors.limit, bytes: \.unpackedBytes) {
      try progress(done, total)
      var tensors: [Tensor] = []
      for entry in run { tensors.append(try entry.tensor) }
      let batch = tensors
      digests += comparison.results(batch.count) { ContentDigest(of: batch[$0], as: element) }
      done += run.reduce(0) { $0 + $1.byteCount }
    }
    return digests
  }

  /// Tensors between two reports of progress.
  private static let batch = 16
  /// How many tensors of one content are looked at: constants come in hundreds.
  private static let most = 32

  /// Which of `candidates` in `b` is called most like the tensor at `place` and has its values.
  private func best(of candidates: [Int], for place: Int) throws(Diagnostic)
    -> (place: Int, order: [Int])?
  {
    let words = a[place].name.words
    let ranked = candidates.prefix(Self.most).map { candidate in
      (candidate, b[candidate].name.words.intersection(words).count)
    }
    for (candidate, _) in ranked.sorted(by: { ($1.1, $0.0) < ($0.1, $1.0) }) {
      let probe = Probe(try tensor(a: place), try tensor(b: candidate))
      if let order = probe.order() { return (candidate, order) }
    }
    return nil
  }
}

extension Name {
  /// What stands between its dots.
  fileprivate var words: Set<Substring> { Set(text.split(separator: ".")) }
}
