import Tensors

extension GraphMatcher {
  var pairs: [GraphDiff.Pair] {
    a.places.compactMap { place in
      toB[place].map { GraphDiff.Pair(a: Value(place), b: Value($0)) }
    }
  }

  /// What is not the same, in the order of the nodes of the first graph; what only the second has stands behind
  /// what it follows there.
  func changes() -> [GraphDiff.Change] {
    var changes: [(key: (Int, Int), change: GraphDiff.Change)] = []
    for place in a.places {
      guard let other = toB[place] else {
        changes.append(((place, 0), change(.removed, place, nil)))
        continue
      }
      let details = changedDetails(place, other) + resizedWeights(place, other)
      if !details.isEmpty {
        changes.append(((place, 0), change(.changed, place, other, details)))
      }
      let rewired =
        a.graph.nodes[place].op.name == b.graph.nodes[other].op.name ? rewirings(place, other) : []
      if !rewired.isEmpty { changes.append(((place, 1), change(.rewired, place, other, rewired))) }
    }
    var last = -1
    for place in b.places {
      if let mate = toA[place] {
        last = max(last, mate)
      } else {
        changes.append(((last, 2 + place), change(.added, nil, place)))
      }
    }
    return changes.sorted { $0.key < $1.key }.map(\.change) + outputChanges()
  }

  private func change(_ kind: GraphDiff.Change.Kind, _ a: Int?, _ b: Int?, _ details: [String] = [])
    -> GraphDiff.Change
  {
    GraphDiff.Change(kind: kind, a: a.map { Value($0) }, b: b.map { Value($0) }, details: details)
  }

  /// How the op or its attributes differ.
  private func changedDetails(_ one: Int, _ other: Int) -> [String] {
    let (mine, yours) = (a.graph.nodes[one], b.graph.nodes[other])
    guard a.labels[one] != b.labels[other] else { return [] }
    guard mine.op.name == yours.op.name else { return ["\(mine.op.name) -> \(yours.op.name)"] }
    let old = (try? mine.op.attributes()) ?? []
    let new = (try? yours.op.attributes()) ?? []
    let keys = old.map(\.key) + new.map(\.key).filter { key in !old.contains { $0.key == key } }
    return keys.compactMap { key in
      let values = [old, new].map { $0.first { $0.key == key }?.value }
      guard values[0]?.compared(in: mine.type.element) != values[1]?.compared(in: yours.type.element) else {
        return nil
      }
      let texts = values.map { $0?.text ?? "none" }
      return "\(key) \(texts[0]) -> \(texts[1])"
    }
  }

  /// Which operands differ.
  private func rewirings(_ one: Int, _ other: Int) -> [String] {
    guard !readsTheSame(one, other) else { return [] }
    let (mine, yours) = (a.operands(one), b.operands(other))
    guard mine.count == yours.count else { return ["\(mine.count) operands -> \(yours.count)"] }
    return mine.indices.compactMap { position in
      let (x, y) = (mine[position], yours[position])
      return isSame(x, y) || isResized(x, y) ? nil : "reads \(a.name(x)) -> \(b.name(y))"
    }
  }

  /// Whether two operands are one weight in two sizes.
  private func isResized(_ x: Int, _ y: Int) -> Bool {
    guard let mine = a.leaves[x], let yours = b.leaves[y] else { return false }
    return mine.path == yours.path && mine.type != yours.type
  }

  private func resizedWeights(_ one: Int, _ other: Int) -> [String] {
    zip(a.operands(one), b.operands(other)).filter(isResized).map { x, y in
      "\(a.name(x)) \(a.graph.nodes[x].type) -> \(b.graph.nodes[y].type)"
    }
  }

  /// Results are matched by name, else by place.
  private func outputChanges() -> [GraphDiff.Change] {
    var rest = b.graph.outputs
    var changes: [GraphDiff.Change] = []
    var unnamed: [Output] = []
    func compare(_ mine: Output, _ yours: Output) {
      let (x, y) = (Int(mine.value.index), Int(yours.value.index))
      guard !isSame(x, y) else { return }
      changes.append(change(.output, x, y, ["result \(mine.name): \(a.name(x)) -> \(b.name(y))"]))
    }
    for output in a.graph.outputs {
      if let index = rest.firstIndex(where: { $0.name == output.name }) {
        compare(output, rest.remove(at: index))
      } else {
        unnamed.append(output)
      }
    }
    for output in unnamed {
      if rest.isEmpty {
        changes.append(
          change(.output, Int(output.value.index), nil, ["result \(output.name) is missing in B"]))
      } else {
        compare(output, rest.removeFirst())
      }
    }
    for output in rest {
      changes.append(change(.output, nil, Int(output.value.index), ["result \(output.name) is missing in A"]))
    }
    return changes
  }

  /// What differs, but makes no difference.
  var notes: [String] {
    let named = pairs.count { a.graph[$0.a].name != b.graph[$0.b].name }
    let paths = leavesToB.count { $0.key.path != $0.value.path }
    let exchanged = a.places.count { place in
      guard a.isCommutative[place], let other = toB[place], readsTheSame(place, other) else { return false }
      return !zip(a.operands(place), b.operands(other)).allSatisfy { isSame($0, $1) }
    }
    let isReordered = a.graph.outputs.map(\.name) != b.graph.outputs.map(\.name)
    return [
      named > 0 ? "\(named) nodes are called otherwise" : nil,
      paths > 0 ? "\(paths) weights have other paths" : nil,
      exchanged > 0 ? "\(exchanged) nodes read their operands the other way round, which is the same" : nil,
      isReordered ? "results are called otherwise or stand in another order" : nil,
    ].compactMap { $0 }
  }
}

extension Outline {
  /// What a person knows a value by: `%x`, or the path of a weight.
  func name(_ place: Int) -> String {
    guard let leaf = leaves[place] else { return graph.nodes[place].name.sigil }
    return leaf.offset == 0 ? leaf.path.text : "\(leaf.path) at \(leaf.offset)"
  }
}
