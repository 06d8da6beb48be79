import Tensors

extension GraphMatcher {
  /// How much alike nodes must be that are matched because their neighbours are.
  enum Likeness: Int, CaseIterable {
    /// In op and attributes, and nothing that is matched speaks against it.
    case consistent
    /// In op and attributes.
    case label
    /// In op.
    case op
  }

  /// Matches everything that can be told from what is matched already: neighbours, ever less alike, and nodes in
  /// the same order.
  mutating func matchRest(_ identity: (WeightLeaf, _ isA: Bool) -> Int?) {
    matchByWeights(identity)
    matchNamed(.consistent)
    matchByReaders()
    matchNeighbours(.consistent)
    matchInOrder()
    matchNeighbours(.consistent)
    matchNamed(.op)
    matchNeighbours(.label)
    matchNeighbours(.op)
    matchReplaced()
  }

  /// Matches the sole readers of a weight that is known to be the same, when they say the same.
  private mutating func matchByWeights(_ identity: (WeightLeaf, _ isA: Bool) -> Int?) {
    var readers: [[Int]: [Int]] = [:]
    for place in restB {
      if let key = b.key(place, { identity($0, false) }) { readers[key, default: []].append(place) }
    }
    let mine = Dictionary(grouping: restA) { a.key($0, { identity($0, true) }) ?? [] }
    for place in restA {
      guard let key = a.key(place, { identity($0, true) }), mine[key]?.count == 1, let others = readers[key],
        others.count == 1
      else { continue }
      match(place, others[0])
    }
  }

  /// Goes from counterparts to their operands and readers until nothing is found any more.
  private mutating func matchNeighbours(_ likeness: Likeness) {
    rememberAll()
    while case let found = takeFresh(), !found.isEmpty {
      for place in found {
        guard let other = toB[place] else { continue }
        matchOperands(place, other, likeness)
        matchUsers(place, other, likeness)
      }
    }
  }

  private func key(_ outline: Outline, _ place: Int, _ likeness: Likeness) -> Int {
    likeness == .op ? outline.graph.nodes[place].op.name.hashValue : outline.labels[place]
  }

  private func allows(_ likeness: Likeness, _ one: Int, _ other: Int) -> Bool {
    likeness != .consistent || isConsistent(one, other)
  }

  private mutating func matchOperands(_ one: Int, _ other: Int, _ likeness: Likeness) {
    let (mine, yours) = (a.operands(one), b.operands(other))
    guard mine.count == yours.count, a.graph.nodes[one].op.name == b.graph.nodes[other].op.name else {
      return
    }
    for (position, operand) in mine.enumerated() where a.leaves[operand] == nil && toB[operand] == nil {
      let candidates = a.isCommutative[one] ? yours : [yours[position]]
      let fitting = candidates.filter { candidate in
        b.leaves[candidate] == nil && toA[candidate] == nil
          && key(a, operand, likeness) == key(b, candidate, likeness) && allows(likeness, operand, candidate)
      }
      if let found = fitting.first, Set(fitting).count == 1 { match(operand, found) }
    }
  }

  private mutating func matchUsers(_ one: Int, _ other: Int, _ likeness: Likeness) {
    let mine = a.users[one].filter { toB[$0.node] == nil }
    let yours = b.users[other].filter { toA[$0.node] == nil }
    for (user, position) in mine {
      let key = [key(a, user, likeness), a.position(position, of: user)]
      let twins = mine.filter {
        [self.key(a, $0.node, likeness), a.position($0.position, of: $0.node)] == key
      }
      let fitting = yours.filter {
        [self.key(b, $0.node, likeness), b.position($0.position, of: $0.node)] == key
          && allows(likeness, user, $0.node)
      }
      guard Set(twins.map(\.node)).count == 1, Set(fitting.map(\.node)).count == 1, toB[user] == nil,
        toA[fitting[0].node] == nil
      else { continue }
      match(user, fitting[0].node)
    }
  }

  /// Matches nodes that say the same in the order in which they stand, where a neighbour or the name agrees.
  private mutating func matchInOrder() {
    let (mine, yours) = (restA, restB)
    guard !mine.isEmpty, !yours.isEmpty, mine.count + yours.count < Self.longest else { return }
    let difference = yours.map { b.labels[$0] }.difference(from: mine.map { a.labels[$0] })
    var (removed, inserted): (Set<Int>, Set<Int>) = ([], [])
    for change in difference {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    let keptA = mine.indices.filter { !removed.contains($0) }
    let keptB = yours.indices.filter { !inserted.contains($0) }
    for (one, other) in zip(keptA, keptB) {
      let (one, other) = (mine[one], yours[other])
      if a.graph.nodes[one].name == b.graph.nodes[other].name || hasCommonNeighbour(one, other) {
        match(one, other)
      }
    }
  }

  /// Nodes that are put in order; more would take long.
  private static let longest = 20_000

  private func hasCommonNeighbour(_ one: Int, _ other: Int) -> Bool {
    let operands = a.operands(one).contains { operand in
      toB[operand].map { b.operands(other).contains($0) } ?? false
    }
    return operands
      || a.users[one].contains { user in
        toB[user.node].map { mate in b.users[other].contains { $0.node == mate } } ?? false
      }
  }

  /// Matches nodes that are called the same and alike.
  private mutating func matchNamed(_ likeness: Likeness) {
    for place in restA {
      let node = a.graph.nodes[place]
      guard let value = b.graph[named: node.name], case let other = Int(value.index), toA[other] == nil,
        b.leaves[other] == nil, key(a, place, likeness) == key(b, other, likeness),
        allows(likeness, place, other)
      else { continue }
      match(place, other)
    }
  }

  /// Matches a node with one of another op that reads and is read by the same.
  private mutating func matchReplaced() {
    for place in restA {
      let mates = a.users[place].compactMap { user in toB[user.node].map { ($0, user.position) } }
      guard let (mate, position) = mates.first, b.operands(mate).indices.contains(position) else { continue }
      let other = b.operands(mate)[position]
      guard b.leaves[other] == nil, toA[other] == nil, !(b.graph.nodes[other].op is Input),
        let mine = a.operands(place).first, let yours = b.operands(other).first, isSame(mine, yours),
        a.leaves[mine] == nil
      else { continue }
      match(place, other)
    }
  }
}

extension Outline {
  /// What a node says and which known weights it reads, or `nil` iff it reads none.
  fileprivate func key(_ place: Int, _ identity: (WeightLeaf) -> Int?) -> [Int]? {
    let known = operands(place).map { leaves[$0].flatMap(identity) ?? 0 }
    return known.allSatisfy { $0 == 0 } ? nil : [labels[place]] + known
  }
}
