import Tensors

/// Finds out which node of one graph is which of another.
struct GraphMatcher {
  let a: Outline
  let b: Outline
  /// For each node of the one graph its counterpart in the other.
  private(set) var toB: [Int?]
  private(set) var toA: [Int?]
  /// Weights that matched nodes read in the same place.
  private(set) var leavesToB: [WeightLeaf: WeightLeaf] = [:]
  private(set) var leavesToA: [WeightLeaf: WeightLeaf] = [:]
  private var fresh: [Int] = []
  /// For each node of either graph a number that all below it decides.
  private var below: (a: [Int], b: [Int]) = ([], [])
  private let inputs: [(a: Int, b: Int)]

  init(_ a: Outline, _ b: Outline, inputs: [(a: Value, b: Value)]) {
    (self.a, self.b) = (a, b)
    toB = a.graph.nodes.map { _ in nil }
    toA = b.graph.nodes.map { _ in nil }
    self.inputs = inputs.map { (Int($0.a.index), Int($0.b.index)) }
    for (one, other) in self.inputs { match(one, other) }
  }

  /// From now on `one` and `other` are counterparts, and so are the weights they read.
  mutating func match(_ one: Int, _ other: Int) {
    (toB[one], toA[other]) = (other, one)
    fresh.append(one)
    guard a.labels[one] == b.labels[other] || a.graph.nodes[one].op.name == b.graph.nodes[other].op.name
    else {
      return
    }
    for (mine, yours) in zip(a.operands(one), b.operands(other)) {
      guard let mine = a.leaves[mine], let yours = b.leaves[yours], mine.type == yours.type,
        leavesToB[mine] == nil, leavesToA[yours] == nil
      else { continue }
      (leavesToB[mine], leavesToA[yours]) = (yours, mine)
    }
  }

  /// The nodes that have no counterpart, in order.
  var restA: [Int] { a.places.filter { toB[$0] == nil } }
  var restB: [Int] { b.places.filter { toA[$0] == nil } }

  /// Matches nodes whose surroundings are the same: all above and below them, then all above.
  ///
  /// `identity` gives weights that are known to correspond one number.
  mutating func matchAlike(_ identity: (WeightLeaf, _ isA: Bool) -> Int?) {
    func colour(_ leaf: WeightLeaf, _ isA: Bool) -> Int {
      var hasher = Hasher()
      hasher.combine(leaf.type)
      hasher.combine(identity(leaf, isA))
      return hasher.finalize()
    }
    let ordinals = inputs.enumerated().map { ($0, $1) }
    let ofA = a.colours(
      { colour($0, true) }, Dictionary(ordinals.map { ($1.a, $0) }) { first, _ in first })
    let ofB = b.colours(
      { colour($0, false) }, Dictionary(ordinals.map { ($1.b, $0) }) { first, _ in first })
    below = (ofA.below, ofB.below)
    matchClasses({ [ofA.above[$0], ofA.below[$0]] }, { [ofB.above[$0], ofB.below[$0]] })
    matchClasses({ [ofA.above[$0]] }, { [ofB.above[$0]] })
  }

  /// Matches nodes of one class, in order and so that what they read is matched, too.
  private mutating func matchClasses(_ keyA: (Int) -> [Int], _ keyB: (Int) -> [Int]) {
    var classes = Dictionary(grouping: restB, by: keyB)
    for place in restA {
      let key = keyA(place)
      guard let candidates = classes[key] else { continue }
      let fitting = candidates.prefix(Self.most).filter { readsTheSame(place, $0) }
      let best = fitting.first { readsTheSamePaths(place, $0) } ?? fitting.first
      guard let best else { continue }
      match(place, best)
      classes[key]?.removeAll { $0 == best }
    }
  }

  /// How many nodes of one class are looked at for each.
  private static let most = 256

  /// Matches nodes that alone have all that is below them, and agree with what is matched.
  mutating func matchByReaders() {
    let (labels, below) = ((a.labels, b.labels), below)
    matchUnique({ [below.a[$0], labels.0[$0]] }, { [below.b[$0], labels.1[$0]] })
  }

  /// Matches nodes that alone have their key in either graph.
  private mutating func matchUnique(_ keyA: (Int) -> [Int], _ keyB: (Int) -> [Int]) {
    let (mine, yours) = (Dictionary(grouping: restA, by: keyA), Dictionary(grouping: restB, by: keyB))
    for place in restA {
      let key = keyA(place)
      guard mine[key]?.count == 1, let others = yours[key], others.count == 1, isConsistent(place, others[0])
      else { continue }
      match(place, others[0])
    }
  }

  /// Whether no operand of the one has its counterpart elsewhere than among the operands of the other.
  func isConsistent(_ one: Int, _ other: Int) -> Bool {
    let (mine, yours) = (a.operands(one), b.operands(other))
    guard mine.count == yours.count else { return true }
    let isFree = a.isCommutative[one]
    return mine.indices.allSatisfy { position in
      let partnersA = isFree ? mine : [mine[position]]
      let partnersB = isFree ? yours : [yours[position]]
      return (toB[mine[position]].map { partnersB.contains($0) } ?? true)
        && (toA[yours[position]].map { partnersA.contains($0) } ?? true)
        && agree(a.leaves[mine[position]], b.leaves[yours[position]])
    }
  }

  private func agree(_ mine: WeightLeaf?, _ yours: WeightLeaf?) -> Bool {
    guard let mine, let yours else { return true }
    return leavesToB[mine].map { $0 == yours } ?? (leavesToA[yours] == nil)
  }

  /// Whether the operands are counterparts, or weights that may be.
  func readsTheSame(_ one: Int, _ other: Int) -> Bool {
    let (mine, yours) = (a.operands(one), b.operands(other))
    guard mine.count == yours.count else { return false }
    if zip(mine, yours).allSatisfy({ isSame($0, $1) }) { return true }
    guard a.isCommutative[one], b.isCommutative[other], mine.count == 2 else { return false }
    return isSame(mine[0], yours[1]) && isSame(mine[1], yours[0])
  }

  /// Whether two values are counterparts, or weights that are or may be.
  func isSame(_ one: Int, _ other: Int) -> Bool {
    switch (a.leaves[one], b.leaves[other]) {
    case (let mine?, let yours?):
      leavesToB[mine].map { $0 == yours } ?? (leavesToA[yours] == nil && mine.type == yours.type)
    case (nil, nil): toB[one] == other
    default: false
    }
  }

  private func readsTheSamePaths(_ one: Int, _ other: Int) -> Bool {
    zip(a.operands(one), b.operands(other)).allSatisfy { a.leaves[$0]?.path == b.leaves[$1]?.path }
  }

  /// The counterparts found since it was last asked.
  mutating func takeFresh() -> [Int] {
    defer { fresh = [] }
    return fresh
  }

  mutating func rememberAll() { fresh = a.places.filter { toB[$0] != nil } }
}
