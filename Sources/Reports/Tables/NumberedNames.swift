import Tensors

/// Rows of names that differ in their numbers only, told at once: `layers.0-23.norm.weight`.
struct NumberedNames: Hashable {
  /// What the rows have in common, ranges in place of the numbers in which they differ; one text a name.
  let texts: [String]
  /// The places of the rows it stands for, in order.
  let rows: [Int]

  /// `rows`, each of the same number of names, in groups, in the order in which the first of each stands. A group
  /// stands for all that its ranges say, and no two for the same.
  static func groups(of rows: [[Name]]) -> [NumberedNames] {
    var order: [[[String?]]] = []
    var members: [[[String?]]: [(row: Int, numbers: [Int])]] = [:]
    for (row, names) in rows.enumerated() {
      let parts = names.map(\.parts)
      let pattern = parts.map { $0.map { Name.number($0) == nil ? String($0) : nil } }
      if members[pattern] == nil { order.append(pattern) }
      members[pattern, default: []].append((row, parts.joined().compactMap { Name.number($0) }))
    }
    let groups = order.flatMap { pattern in
      boxes(members[pattern] ?? []).map { box in
        NumberedNames(texts: texts(pattern, box.map(\.numbers)), rows: box.map(\.row))
      }
    }
    return groups.sorted { ($0.rows.first ?? 0) < ($1.rows.first ?? 0) }
  }

  /// `rows` in groups that are all combinations of some numbers; places of equal numbers count as one.
  private static func boxes(_ rows: [(row: Int, numbers: [Int])]) -> [[(row: Int, numbers: [Int])]] {
    guard let first = rows.first, rows.count > 1 else { return [rows] }
    let columns = first.numbers.indices.map { place in rows.map { $0.numbers[place] } }
    let sizes = Set(columns).map { Set($0).count }
    if sizes.reduce(1, { $0.multipliedReportingOverflow(by: $1).partialValue }) == rows.count,
      Set(rows.map(\.numbers)).count == rows.count
    {
      return [rows]
    }
    let varying = columns.filter { Set($0).count > 1 }
    guard let column = varying.min(by: { Set($0).count < Set($1).count }) else { return rows.map { [$0] } }
    var order: [Int] = []
    var parts: [Int: [(row: Int, numbers: [Int])]] = [:]
    for (row, number) in zip(rows, column) {
      if parts[number] == nil { order.append(number) }
      parts[number, default: []].append(row)
    }
    return order.flatMap { boxes(parts[$0] ?? []) }
  }

  private static func texts(_ pattern: [[String?]], _ numbers: [[Int]]) -> [String] {
    var place = 0
    return pattern.map { parts in
      let words = parts.map { part -> String in
        if let part { return part }
        defer { place += 1 }
        return Set(numbers.map { $0[place] }).ranges
      }
      return words.joined(separator: ".")
    }
  }
}
