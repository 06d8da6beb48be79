import Graphs
import Tensors

/// The changes between two graphs, equal ones of several blocks told at once.
struct GraphDiffLines {
  struct Line: Hashable {
    let kind: GraphDiff.Change.Kind
    /// `layers.0-23.video_attention.q`, or with both names where they differ.
    let name: String
    let op: String
    let details: [String]
    /// How many changes it stands for.
    let count: Int
  }

  let lines: [Line]

  init(_ diff: GraphDiff) {
    let changes = diff.changes
    var order: [Kind] = []
    var members: [Kind: [Int]] = [:]
    for (place, change) in changes.enumerated() {
      let kind = Kind(
        kind: change.kind, op: change.op(diff), shape: change.details.map(\.withoutNumbers),
        hasTwoNames: change.names(diff).count > 1)
      if members[kind] == nil { order.append(kind) }
      members[kind, default: []].append(place)
    }
    var found: [(first: Int, line: Line)] = []
    for kind in order {
      let places = members[kind] ?? []
      // Details take part: what stands in them has to fold in step with the names.
      let rows = places.map { changes[$0].names(diff) + changes[$0].details.map { Name($0) } }
      for group in NumberedNames.groups(of: rows) {
        let first = places[group.rows[0]]
        let count = changes[first].names(diff).count
        found.append(
          (
            first,
            Line(
              kind: kind.kind, name: group.texts.prefix(count).joined(separator: " -> "), op: kind.op,
              details: Array(group.texts.dropFirst(count)), count: group.rows.count)
          ))
      }
    }
    lines = found.sorted { $0.first < $1.first }.map(\.line)
  }

  private struct Kind: Hashable {
    let kind: GraphDiff.Change.Kind
    let op: String
    let shape: [String]
    let hasTwoNames: Bool
  }

  /// What is only added or only removed, by the scope it stands in: `layers.0-23.video_attention`.
  struct Block: Hashable {
    let kind: GraphDiff.Change.Kind
    let scope: String
    /// The last parts of the names, with their ops.
    let nodes: [String]
    /// How many scopes there are.
    let count: Int
  }

  /// The lines of `kind` in blocks, a line each where it stands alone.
  func blocks(_ kind: GraphDiff.Change.Kind) -> [Block] {
    var order: [Scope] = []
    var nodes: [Scope: [String]] = [:]
    for line in lines where line.kind == kind {
      let parts = line.name.split(separator: ".")
      let scope = Scope(name: parts.dropLast().joined(separator: "."), count: line.count)
      if nodes[scope] == nil { order.append(scope) }
      nodes[scope, default: []].append("\(parts.last ?? "") = \(line.op)")
    }
    return order.map { scope in
      Block(kind: kind, scope: scope.name, nodes: nodes[scope] ?? [], count: scope.count)
    }
  }

  private struct Scope: Hashable {
    let name: String
    let count: Int
  }
}

extension GraphDiff.Change {
  func names(_ diff: GraphDiff) -> [Name] {
    let names = [a.map { diff.a[$0].name }, b.map { diff.b[$0].name }].compactMap { $0 }
    return names.count == 2 && names[0] == names[1] ? [names[0]] : names
  }

  fileprivate func op(_ diff: GraphDiff) -> String {
    b.map { diff.b[$0].op.name } ?? a.map { diff.a[$0].op.name } ?? ""
  }
}

extension String {
  fileprivate var withoutNumbers: String { String(filter { !$0.isNumber }) }
}
