package import Tensors

/// How the tensors of two checkpoints correspond, and how far they lie apart.
package struct WeightDiff: Sendable {
  /// In the order of the first checkpoint; what only the second holds stands behind.
  package let rows: [Row]
  /// Bytes that were compared.
  package let byteCount: Int

  package typealias Progress = (_ done: Int, _ total: Int) throws(Diagnostic) -> Void

  /// A tensor, or rows of it that are a tensor of their own in the other checkpoint.
  package struct Part: Hashable, Sendable {
    package let name: Name
    /// Which rows along the first axis are meant; `nil` for all.
    package let rows: Range<Int>?
    /// Of the part.
    package let type: TensorType
  }

  package enum Verdict: Hashable, Sendable {
    /// Byte for byte the same, but for the order of axes.
    case identical
    /// The same values in other bytes: another element type, another zero or another NaN.
    case equal
    /// The same to round-off, where one of the two is no stored tensor but computed from several.
    case agreed(Difference)
    /// One is the other rounded to its element type.
    case rounded(Difference)
    /// `nil` iff the element type holds no values that could be measured.
    case changed(Difference?)
    /// Under one name, but the elements do not correspond.
    case reshaped
    case onlyInA, onlyInB
  }

  package struct Row: Hashable, Sendable {
    /// `nil` iff only the second checkpoint holds it.
    package let a: Part?
    /// `nil` iff only the first checkpoint holds it.
    package let b: Part?
    package let verdict: Verdict
    /// How the second orders the axes of the first; empty for their own order.
    package let order: [Int]
    /// Whether one of the two tensors has another counterpart besides, as tied weights have.
    package let isCopy: Bool

    /// Whether the values are the same, whatever their names, places and types.
    package var isSame: Bool {
      if case .agreed = verdict { true } else { verdict == .identical || verdict == .equal }
    }
    package var isRenamed: Bool { a.map(\.name) != b.map(\.name) && a != nil && b != nil }
    package var isRetyped: Bool { a != nil && b != nil && a?.type.element != b?.type.element }
    package var isTransposed: Bool { !order.isEmpty }
    package var isReshaped: Bool {
      a != nil && b != nil && order.isEmpty && verdict != .reshaped && a?.type.dims != b?.type.dims
    }
  }

  /// Compares all tensors of `a` with those of `b`.
  ///
  /// Tensors correspond that `pairing` says or that are called the same, perhaps behind a prefix that the one
  /// checkpoint has throughout; then those that hold the same values under other names, transposed, in another
  /// element type or cut in parts along their first axis. `progress` is told bytes done and to do, stage by
  /// stage; what it throws ends the comparison. Throws iff a file does not hold what it says.
  package init(
    _ a: Checkpoint, _ b: Checkpoint, pairing: [Name: Name] = [:], spread: Spread = .serial,
    progress: Progress = { (_, _) throws(Diagnostic) in }
  ) throws(Diagnostic) {
    let comparison = Comparison(spread)
    var matcher = WeightMatcher(a, b)
    try matcher.matchNames(pairing)
    try matcher.matchPrefixes()
    try matcher.matchContents(comparison, progress)
    try matcher.matchParts()
    try matcher.matchCopies()
    (rows, byteCount) = try matcher.compared(comparison, progress)
  }

  /// The same, but that tensors agree which lie no further apart than `tolerance`, relatively, and one of which
  /// is among `computed`.
  package func agreeing(within tolerance: Double, computed: (a: Set<Name>, b: Set<Name>)) -> WeightDiff {
    let rows = rows.map { row in
      guard case .changed(let difference?) = row.verdict, let a = row.a, let b = row.b,
        computed.a.contains(a.name) || computed.b.contains(b.name), difference.strays == 0,
        difference.relative <= tolerance
      else { return row }
      return Row(a: a, b: b, verdict: .agreed(difference), order: row.order, isCopy: row.isCopy)
    }
    return WeightDiff(rows: rows, byteCount: byteCount)
  }

  private init(rows: [Row], byteCount: Int) { (self.rows, self.byteCount) = (rows, byteCount) }

  /// Whether the two hold the same values.
  package var isSame: Bool { rows.allSatisfy(\.isSame) }
}

extension WeightDiff.Verdict {
  init(_ outcome: TensorPair.Outcome, of pair: TensorPair) {
    let isRetyped = pair.a.element != pair.b.element
    switch outcome {
    case .same: self = isRetyped && pair.count > 0 ? .changed(nil) : isRetyped ? .equal : .identical
    case .opaque: self = .changed(nil)
    case .measured(let difference):
      if difference.count == 0 {
        // Measured as `Double`, long integers may seem equal.
        let isExact = isRetyped || pair.a.element.isFloat
        self = !pair.a.isStraight && !isRetyped ? .identical : isExact ? .equal : .changed(difference)
      } else {
        self = isRetyped && difference.unrounded == 0 ? .rounded(difference) : .changed(difference)
      }
    }
  }
}
