import Tensors

/// Which inputs of two graphs are the same, and how the graphs' named lengths correspond then.
struct LengthAgreement {
  /// Pairs of inputs, by name and then by place.
  private(set) var inputs: [(a: Value, b: Value)] = []
  /// What lengths of `b` are called in `a`.
  private(set) var names: [String: String] = [:]
  /// Lengths that are named in one graph and follow a name in the other, in whose names this is said.
  private(set) var followersA: [String: Dim] = [:]
  private(set) var followersB: [String: Dim] = [:]
  /// Lengths that one graph leaves open and the other fixes.
  private(set) var bindingsA: [String: Int] = [:]
  private(set) var bindingsB: [String: Int] = [:]

  init(_ a: Graph, _ b: Graph) {
    var (restA, restB) = (a.inputs, b.inputs)
    for value in a.inputs {
      guard let other = restB.first(where: { b[$0].name == a[value].name }) else { continue }
      inputs.append((value, other))
      restA.removeAll { $0 == value }
      restB.removeAll { $0 == other }
    }
    for value in restA {
      guard let other = restB.first(where: { Self.couldBe(a[value].type, b[$0].type) }) else { continue }
      inputs.append((value, other))
      restB.removeAll { $0 == other }
    }
    for (value, other) in inputs { unify(a[value].type, b[other].type) }
  }

  private static func couldBe(_ a: TensorType, _ b: TensorType) -> Bool {
    a.element == b.element && a.rank == b.rank
      && zip(a.dims, b.dims).allSatisfy { $0 == $1 || $0.fixed == nil || $1.fixed == nil }
  }

  /// Takes what the types say about lengths, as far as it does not contradict what is known.
  private mutating func unify(_ a: TensorType, _ b: TensorType) {
    guard a.rank == b.rank else { return }
    for (x, y) in zip(a.dims, b.dims) {
      if let length = y.fixed, let (name, solved) = x.solving(for: length) {
        bindingsA[name] = bindingsA[name] ?? solved
      } else if let length = x.fixed, let (name, solved) = y.solving(for: length) {
        bindingsB[name] = bindingsB[name] ?? solved
      } else if let mine = x.linear, let yours = y.linear, mine.scale == yours.scale, x.offset == y.offset {
        if names[yours.name] == nil, !names.values.contains(mine.name) { names[yours.name] = mine.name }
      } else if let mine = x.linear, x == .named(mine.name), y.linear != nil {
        followersA[mine.name] = followersA[mine.name] ?? y
      } else if let yours = y.linear, y == .named(yours.name), x.linear != nil {
        followersB[yours.name] = followersB[yours.name] ?? x
      }
    }
  }

  /// The graphs with lengths that correspond called the same.
  func applied(_ a: Graph, _ b: Graph) throws(Diagnostic) -> (a: Graph, b: Graph) {
    var (x, y) = (a, b)
    // A length open in both and fixed by another input of the one is fixed in the other, too.
    var (boundA, boundB) = (bindingsA, bindingsB)
    for (yours, mine) in names {
      if let length = boundA[mine] { boundB[yours] = length }
      if let length = boundB[yours] { boundA[mine] = length }
    }
    if let bound = try? a.binding(boundA) { x = bound }
    if let bound = try? b.binding(boundB) { y = bound }
    let renames = names.filter { $0.key != $0.value }.mapValues(Dim.named)
    let mine = followersA.compactMapValues { $0.replacing(renames) }
    let yours = renames.merging(followersB) { name, _ in name }
    // What only the second has must not come under a name of the first.
    if !mine.isEmpty, let whole = try? x.replacing(mine) { x = whole }
    return (x, yours.isEmpty ? y : try y.replacing(yours))
  }
}

extension Graph {
  /// The same graph with names of lengths replaced by dims, every type inferred anew.
  fileprivate func replacing(_ dims: [String: Dim]) throws(Diagnostic) -> Graph {
    try mapping { node throws(Diagnostic) in try node.op.replacing(dims) }
  }
}
