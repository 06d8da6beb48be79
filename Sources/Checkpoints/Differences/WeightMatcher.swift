import Tensors

/// Finds out which tensor of one checkpoint is which of another: by name, by what surrounds the name, by content.
struct WeightMatcher {
  let a: [Checkpoint.Entry]
  let b: [Checkpoint.Entry]
  private(set) var matches: [Match] = []
  /// The places in `a` and `b` of what has no counterpart yet.
  private(set) var restA: [Int]
  private(set) var restB: [Int]

  /// A place in a checkpoint, perhaps but some rows of it.
  struct Part {
    let place: Int
    let rows: Range<Int>?
    let tensor: Tensor
  }

  struct Match {
    let a: Part
    let b: Part
    /// How `b` orders the axes of `a`, empty for their own order; `nil` iff the elements do not correspond.
    let order: [Int]?
    var isCopy = false

    /// What is to be compared.
    var pair: TensorPair? {
      order.map {
        TensorPair(ElementReader(a.tensor, order: $0.isEmpty ? nil : $0), ElementReader(b.tensor))
      }
    }
  }

  init(_ a: Checkpoint, _ b: Checkpoint) {
    (self.a, self.b) = (a.entries, b.entries)
    (restA, restB) = (Array(a.entries.indices), Array(b.entries.indices))
  }

  func whole(a place: Int) -> Part { Part(place: place, rows: nil, tensor: a[place].tensor) }
  func whole(b place: Int) -> Part { Part(place: place, rows: nil, tensor: b[place].tensor) }

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

  /// A row for each match and for each tensor that has none. `verdict` is asked for each match in turn.
  func rows(_ verdict: (Match) -> WeightDiff.Verdict) -> [WeightDiff.Row] {
    var keyed: [(key: (Int, Int, Int, Int), row: WeightDiff.Row)] = []
    for match in matches {
      let row = WeightDiff.Row(
        a: part(match.a, a), b: part(match.b, b), verdict: verdict(match), order: match.order ?? [],
        isCopy: match.isCopy)
      let start = match.a.rows?.lowerBound ?? 0
      keyed.append(((match.a.place, match.isCopy ? 1 : 0, start, match.b.place), row))
    }
    for place in restA {
      let row = WeightDiff.Row(
        a: part(whole(a: place), a), b: nil, verdict: .onlyInA, order: [], isCopy: false)
      keyed.append(((place, 0, 0, 0), row))
    }
    for place in restB {
      let row = WeightDiff.Row(
        a: nil, b: part(whole(b: place), b), verdict: .onlyInB, order: [], isCopy: false)
      keyed.append(((a.count, 0, 0, place), row))
    }
    return keyed.sorted { $0.key < $1.key }.map(\.row)
  }

  private func part(_ part: Part, _ entries: [Checkpoint.Entry]) -> WeightDiff.Part {
    WeightDiff.Part(name: entries[part.place].name, rows: part.rows, type: part.tensor.type)
  }
}
