import Tensors

extension WeightDiffTable {
  /// A line for each tensor that is not identical under the same name, then the sums. Tensors whose names
  /// differ in their numbers only share one unless their values changed; the measures are then the worst.
  package var text: String {
    let lines = lines
    guard !lines.isEmpty else { return summary + "\n" }
    let isMeasured = lines.contains { $0.rows.contains { $0.measures != nil } }
    var table = TextTable(
      [("", .left), ("tensor", .left), ("type", .left)]
        + ["max|a-b|", "relative", "cosine", "differ"].map { (isMeasured ? $0 : "", .right) })
    for line in lines {
      guard let row = line.rows.first else { continue }
      let measures = line.rows.compactMap(\.measures).reduce(nil) { $0?.joined($1) ?? $1 }
      table.append(
        row.words, line.text, row.types, measures.map { $0.greatest.scientific() } ?? "",
        measures.map { $0.relative.scientific() } ?? "", measures.map { $0.cosine.text(decimals: 7) } ?? "",
        measures.map(\.share) ?? "")
    }
    return table.text + summary + "\n"
  }

  /// `weights are the same: 12 identical, 3 renamed`.
  package var summary: String {
    let words = counts.map { "\($0.count.grouped) \($0.words)" }.joined(separator: "; ")
    return "weights \(isSame ? "are the same" : "differ"): \(rows.isEmpty ? "none" : words)"
  }

  private struct Line {
    let text: String
    let rows: [Row]
  }

  /// What the rows have in common whose lines may be one.
  private struct Kind: Hashable {
    let words: String
    let types: String
    let parts: [String]
    /// What changed stands alone.
    let place: Int?
  }

  private var lines: [Line] {
    let rows = shownRows
    var order: [Kind] = []
    var members: [Kind: [Int]] = [:]
    for place in rows.indices {
      let row = rows[place]
      let kind = Kind(
        words: row.words, types: row.types, parts: [row.a?.suffix ?? "", row.b?.suffix ?? ""],
        place: row.verdict == .changed ? place : nil)
      if members[kind] == nil { order.append(kind) }
      members[kind, default: []].append(place)
    }
    let lines = order.flatMap { kind -> [(first: Int, line: Line)] in
      let places = members[kind] ?? []
      return NumberedNames.groups(of: places.map { rows[$0].names }).map { group in
        let texts = zip(group.texts, rows[places[group.rows[0]]].suffixes).map { $0 + $1 }
        let count = group.rows.count > 1 ? "  (\(group.rows.count))" : ""
        return (
          places[group.rows[0]],
          Line(text: texts.joined(separator: " -> ") + count, rows: group.rows.map { rows[places[$0]] })
        )
      }
    }
    return lines.sorted { $0.first < $1.first }.map(\.line)
  }
}

extension WeightDiffTable.Part {
  /// `[0:64]`, or nothing for the whole.
  var suffix: String { rows.map { "[\($0.lowerBound):\($0.upperBound)]" } ?? "" }
}

extension WeightDiffTable.Row {
  fileprivate var sides: [WeightDiffTable.Part] {
    let sides = [a, b].compactMap { $0 }
    let isOne = sides.count == 2 && sides[0].name == sides[1].name && sides[0].rows == sides[1].rows
    return isOne ? [sides[0]] : sides
  }
  fileprivate var names: [Name] { sides.map(\.name) }
  fileprivate var suffixes: [String] { sides.map(\.suffix) }

  fileprivate var types: String {
    let types = [a, b].compactMap { $0.map { "\($0.type)" } }
    return types.count == 2 && types[0] == types[1] ? types[0] : types.joined(separator: " -> ")
  }
}

extension WeightDiffTable.Measures {
  /// The worst of both.
  fileprivate func joined(_ other: Self) -> Self {
    Self(
      greatest: max(greatest, other.greatest), relative: max(relative, other.relative),
      cosine: min(cosine, other.cosine), count: count + other.count, total: total + other.total,
      strays: strays + other.strays, sharedNaNs: sharedNaNs + other.sharedNaNs)
  }

  /// How many elements differ, and what is odd about them.
  fileprivate var share: String {
    let strays = strays > 0 ? ", \(strays.grouped) not finite" : ""
    let shared = sharedNaNs > 0 ? ", \(sharedNaNs.grouped) NaN in both" : ""
    return "\(count.grouped) of \(total.grouped)\(strays)\(shared)"
  }
}
