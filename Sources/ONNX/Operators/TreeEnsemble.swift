import Graphs
import Operators
import Tensors

/// Trees that decide over the features of rows: inner nodes, and behind them the leaves, which lead to themselves.
struct TreeEnsemble {
  private let call: Call
  private let features: [Int]
  private let splits: [Double]
  private let modes: [Int64]
  /// Where a node leads if its condition holds and if it does not.
  private let next: (yes: [Int], no: [Int])
  private let targets: [Int]
  private let weights: Tensor
  private let roots: [Int]
  /// For each node the numbers that it compares with where it asks for one of many; of one length.
  private let members: [[Double]]

  /// Throws iff the lists do not fit each other or the node asks for something else than sums of weights.
  init(_ call: Call) throws(Diagnostic) {
    self.call = call
    guard let splits = try call.tensor("nodes_splits"), let modes = try call.tensor("nodes_modes"),
      let weights = try call.tensor("leaf_weights"), let features = try call.integers("nodes_featureids"),
      let yes = try call.integers("nodes_truenodeids"), let no = try call.integers("nodes_falsenodeids"),
      let yesLeaf = try call.integers("nodes_trueleafs"), let noLeaf = try call.integers("nodes_falseleafs"),
      let targets = try call.integers("leaf_targetids"), let roots = try call.integers("tree_roots"),
      let columns = try call.integer("n_targets"), try call.integer("aggregate_function", default: 1) == 1,
      try call.integer("post_transform", default: 0) == 0, !call.has("nodes_missing_value_tracks_true")
    else { throw call.refusal("has trees without some of their lists, or does more than add weights") }
    let (count, leaves) = (features.count, targets.count)
    func places(_ numbers: [Int], _ isLeaf: [Int]) throws(Diagnostic) -> [Int] {
      guard numbers.count == count, isLeaf.count == count else {
        throw call.refusal("has lists of other lengths")
      }
      var places: [Int] = []
      for (number, leaf) in zip(numbers, isLeaf) {
        guard 0..<(leaf == 0 ? count : leaves) ~= number else {
          throw call.refusal("leads to node \(number)")
        }
        places.append(leaf == 0 ? number : count + number)
      }
      return places + (0..<leaves).map { count + $0 }
    }
    let width = try call.type(of: 0).dims.last?.fixed ?? 0
    guard splits.count == count, modes.count == count, weights.count == leaves, leaves > 0,
      count <= Limits.treeNodes, features.allSatisfy({ 0..<width ~= $0 }), 1...Limits.length ~= columns,
      targets.allSatisfy({ 0..<columns ~= $0 }), roots.allSatisfy({ 0..<count ~= $0 }), !roots.isEmpty
    else { throw call.refusal("has trees whose lists do not fit each other") }
    next = (try places(yes, yesLeaf), try places(no, noLeaf))
    self.modes = try modes.integers()
    self.splits = try splits.reals()
    (self.features, self.targets, self.weights, self.roots) = (features, targets, weights, roots)
    var lists = try (call.tensor("membership_values")?.reals() ?? []).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNaN
    ).map(Array.init)[...]
    var members: [[Double]] = self.modes.map { $0 == 6 ? lists.popFirst() ?? [] : [] }
    let most = Swift.max(1, members.map(\.count).max() ?? 0)
    for index in members.indices {
      members[index] += Array(repeating: .nan, count: most - members[index].count)
    }
    self.members = members
  }

  /// The sum of the weights of the leaves at which each row `[N, features]` arrives, by target, `[N, targets]`.
  func sums(columns: Int) throws(Diagnostic) -> Value {
    let (x, type) = (try call.input(0), try call.type(of: 0))
    guard type.rank == 2 else { throw call.refusal("takes rows \(type)") }
    let depth = try depth()
    let names = try call.g.reshape(call.g.iota(Dim(columns), .i64), [1, Dim(columns)])
    var result = try call.g.broadcast(call.g.constant(0, like: x), [type.dims[0], Dim(columns)])
    for root in roots {
      let start = try call.g.add(Constant(Double(root), .i64))
      var place = try call.g.broadcast(start, [type.dims[0], 1])
      for _ in 0..<depth { place = try moved(from: place, x) }
      let leaf = try call.g.add(place, plus: -Double(features.count))
      let target = try looked(up: targets.map(Double.init), .i64, leaf)
      let weight = try call.g.gather(
        call.translation.literal(weights, name: "leaf_weights"), leaf, axis: 0)
      let zero = try call.g.constant(0, like: weight)
      let parts = try call.g.where(call.g.equal(names, target), weight, zero)
      result = try call.g.add(result, call.g.cast(parts, to: type.element))
    }
    return result
  }

  /// The places `[N, 1]` to which rows go on from `place`.
  private func moved(from place: Value, _ x: Value) throws(Diagnostic) -> Value {
    let leaves = targets.count
    let element = call.type(x).element
    func table(_ numbers: [Double], _ element: DType) throws(Diagnostic) -> Value {
      try looked(up: numbers + Array(repeating: 0, count: leaves), element, place)
    }
    let value = try call.g.add(
      GatherElements(axis: 1), [x, table(features.map(Double.init), .i64)])
    let split = try table(splits, element)
    let mode = try table(modes.map(Double.init), .i64)
    var holds: Value?
    for kind in Set(modes).sorted() {
      let condition = try condition(kind, value, split, place)
      let isKind = try call.g.equal(mode, call.g.constant(Double(kind), like: mode))
      holds =
        try holds.map { (other) throws(Diagnostic) in try call.g.where(isKind, condition, other) }
        ?? condition
    }
    guard let holds else { return place }
    let (yes, no) = (next.yes.map(Double.init), next.no.map(Double.init))
    return try call.g.where(holds, looked(up: yes, .i64, place), looked(up: no, .i64, place))
  }

  private func condition(_ kind: Int64, _ value: Value, _ split: Value, _ place: Value) throws(Diagnostic)
    -> Value
  {
    switch kind {
    case 0: return try call.atMost(value, split)
    case 1: return try call.g.less(value, split)
    case 2: return try call.atMost(split, value)
    case 3: return try call.g.less(split, value)
    case 4: return try call.g.equal(value, split)
    case 5: return try call.g.add(Not(), [call.g.equal(value, split)])
    case 6:
      let element = call.type(value).element
      var isOne: Value?
      for column in 0..<(members.first?.count ?? 0) {
        let numbers = members.map { $0[column] } + Array(repeating: .nan, count: targets.count)
        let holds = try call.g.equal(value, looked(up: numbers, element, place))
        isOne = try isOne.map { (any) throws(Diagnostic) in try call.g.add(Or(), [any, holds]) } ?? holds
      }
      guard let isOne else { throw call.refusal("asks for one of no numbers") }
      return isOne
    default: throw call.refusal("compares in mode \(kind)")
    }
  }

  /// The numbers of a table at `places`.
  private func looked(up numbers: [Double], _ element: DType, _ places: Value) throws(Diagnostic) -> Value {
    let table = try Tensor(reals: numbers, as: TensorType(element, [Dim(numbers.count)]))
    return try call.g.gather(call.translation.literal(table, name: "table"), places, axis: 0)
  }

  /// How many steps lead to a leaf from any root. Throws iff a way does not end.
  private func depth() throws(Diagnostic) -> Int {
    var (front, depth) = (Set(roots), 0)
    while !front.isEmpty {
      guard depth <= features.count, depth <= Limits.treeDepth else {
        throw call.refusal("has trees that do not end")
      }
      front = Set(front.flatMap { [next.yes[$0], next.no[$0]] }.filter { $0 < features.count })
      depth += 1
    }
    return depth
  }
}

extension Limits {
  /// Nodes of trees, and how many stand below each other.
  fileprivate static let treeNodes = 1 << 16
  fileprivate static let treeDepth = 64
}
