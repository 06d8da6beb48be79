import Tensors

/// Finds out which tensor of one checkpoint is which of another: by name, by what surrounds the name, by content.
struct WeightMatcher {
  let a: [Checkpoint.Entry]
  let b: [Checkpoint.Entry]
  private(set) var matches: [Match] = []
  /// The places in `a` and `b` of what has no counterpart yet.
  private(set) var restA: [Int]
  private(set) var restB: [Int]

  private let tensorsA: UnpackedTensors
  private let tensorsB: UnpackedTensors

  /// A place in a checkpoint, perhaps but some rows of it.
  struct Part {
    let place: Int
    let rows: Range<Int>?
    /// Of the part.
    let type: TensorType
  }

  struct Match {
    let a: Part
    let b: Part
    /// How `b` orders the axes of `a`, empty for their own order; `nil` iff the elements do not correspond.
    let order: [Int]?
    var isCopy = false
  }

  init(_ a: Checkpoint, _ b: Checkpoint) {
    (self.a, self.b) = (a.entries, b.entries)
    (restA, restB) = (Array(a.entries.indices), Array(b.entries.indices))
    (tensorsA, tensorsB) = (UnpackedTensors(), UnpackedTensors())
  }

  func whole(a place: Int) -> Part { Part(place: place, rows: nil, type: a[place].type) }
  func whole(b place: Int) -> Part { Part(place: place, rows: nil, type: b[place].type) }

  func tensor(a place: Int) throws(Diagnostic) -> Tensor { try tensorsA.tensor(a[place]) }
  func tensor(b place: Int) throws(Diagnostic) -> Tensor { try tensorsB.tensor(b[place]) }

  /// What is to be compared for `match`, or `nil` iff its elements do not correspond.
  func pair(_ match: Match) throws(Diagnostic) -> TensorPair? {
    guard let order = match.order else { return nil }
    var (x, y) = (try tensor(a: match.a.place), try tensor(b: match.b.place))
    if let rows = match.a.rows { x = try x.rows(rows) }
    if let rows = match.b.rows { y = try y.rows(rows) }
    return TensorPair(ElementReader(x, order: order.isEmpty ? nil : order), ElementReader(y))
  }

  /// Bytes that the tensors of `match` take when they are unpacked for it; 0 where they are mapped.
  func unpackedBytes(_ match: Match) -> Int {
    a[match.a.place].unpackedBytes + b[match.b.place].unpackedBytes
  }

  /// From now on these correspond; nothing else is found for them but copies.
  mutating func add(_ found: [Match]) {
    guard !found.isEmpty else { return }
    matches += found
    let (usedA, usedB) = (Set(found.map(\.a.place)), Set(found.map(\.b.place)))
    restA.removeAll { usedA.contains($0) }
    restB.removeAll { usedB.contains($0) }
  }

  /// Notes `match`, which leaves both sides free to have others.
  mutating func addCopy(_ match: Match) {
    var match = match
    match.isCopy = true
    matches.append(match)
    restA.removeAll { $0 == match.a.place }
    restB.removeAll { $0 == match.b.place }
  }

  /// A row for each match and for each tensor that has none, and the bytes that were compared for them.
  func compared(_ comparison: Comparison, _ progress: Comparison.Progress) throws(Diagnostic)
    -> (rows: [WeightDiff.Row], byteCount: Int)
  {
    let total = matches.reduce(0) { $0 + ($1.order == nil ? 0 : bytes($1)) }
    var done = 0
    var rows: [(key: [Int], row: WeightDiff.Row)] = []
    for run in matches.runs(within: UnpackedTensors.limit, bytes: unpackedBytes) {
      var pairs: [TensorPair?] = []
      for match in run { pairs.append(try pair(match)) }
      var outcomes = try comparison.outcomes(of: pairs.compactMap { $0 }) { (part, _) throws(Diagnostic) in
        try progress(done + part, total)
      }[...]
      for (match, pair) in zip(run, pairs) {
        let outcome = pair.flatMap { pair in outcomes.popFirst().map { WeightDiff.Verdict($0, of: pair) } }
        let start = match.a.rows?.lowerBound ?? 0
        let key = [match.a.place, match.isCopy ? 1 : 0, start, match.b.place]
        rows.append((key, row(match, outcome ?? .reshaped)))
        done += pair?.byteCount ?? 0
      }
    }
    for place in restA { rows.append(([place], row(part(whole(a: place), a), nil, .onlyInA))) }
    for place in restB { rows.append(([a.count, place], row(nil, part(whole(b: place), b), .onlyInB))) }
    return (rows.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.row), done)
  }

  private func bytes(_ match: Match) -> Int { (match.a.type.byteCount ?? 0) + (match.b.type.byteCount ?? 0) }

  private func row(_ match: Match, _ verdict: WeightDiff.Verdict) -> WeightDiff.Row {
    WeightDiff.Row(
      a: part(match.a, a), b: part(match.b, b), verdict: verdict, order: match.order ?? [],
      isCopy: match.isCopy)
  }

  private func row(_ a: WeightDiff.Part?, _ b: WeightDiff.Part?, _ verdict: WeightDiff.Verdict)
    -> WeightDiff.Row
  {
    WeightDiff.Row(a: a, b: b, verdict: verdict, order: [], isCopy: false)
  }

  private func part(_ part: Part, _ entries: [Checkpoint.Entry]) -> WeightDiff.Part {
    WeightDiff.Part(name: entries[part.place].name, rows: part.rows, type: part.type)
  }
}
