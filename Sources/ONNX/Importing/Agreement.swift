import Graphs
import Operators
import Tensors

/// What the named lengths of a file's inputs must be for its nodes to fit together.
///
/// Exporters name every axis of the inputs, also where one follows from another (`positions` is `length+1`) or only
/// some lengths go: a U-Net that halves pictures and doubles them again takes a `height` of `2*height_by_2`.
struct Agreement {
  /// Dims for the names that are not free.
  private(set) var dims: [String: Dim] = [:]
  /// Where each of them was found out.
  private var sites: [String: String] = [:]

  /// The node at which lengths did not fit, and the dims that stand against each other there.
  struct Conflict {
    let site: String
    let pairs: [(Dim, Dim)]
  }

  /// A sentence each.
  var notes: [String] {
    dims.sorted { $0.key < $1.key }.map { name, dim in
      "the length \(name) is taken to be \(dim), as \(sites[name] ?? "the graph") needs it"
    }
  }

  /// This and what makes dims of `conflict` equal; `nil` iff nothing does. Only `names` are replaced.
  func settling(_ conflict: Conflict, names: Set<String>) -> Agreement? {
    var next = self
    for (a, b) in conflict.pairs {
      guard let a = a.replacing(next.dims), let b = b.replacing(next.dims), a != b,
        let solution = Agreement.solution(a, b, names)
      else { continue }
      let known = next.dims.compactMapValues { $0.replacing(solution) }
      guard known.count == next.dims.count else { return nil }
      next.dims = known.merging(solution) { old, _ in old }
      for name in solution.keys { next.sites[name] = conflict.site }
    }
    return next.dims.count > dims.count ? next : nil
  }

  /// Dims for names that make `a` and `b` equal; `nil` iff none are found.
  private static func solution(_ a: Dim, _ b: Dim, _ names: Set<String>) -> [String: Dim]? {
    guard a.names.union(b.names).isSubset(of: names) else { return nil }
    for (a, b) in [(b, a), (a, b)] {
      if let name = a.linear?.name, a == .named(name), !b.names.contains(name) { return [name: b] }
    }
    // What is divided and rounded is equal to what is not where nothing is left over.
    var divisors: [String: Int] = [:]
    for dim in [a, b] { divisors.merge(dim.divisors) { max($0, $1) } }
    let multiples = divisors.reduce(into: [String: Dim]()) { multiples, divisor in
      let (name, number) = divisor
      multiples[name] = Dim(number) * .named("\(name)_by_\(number)")
    }
    guard !multiples.isEmpty, let a = a.replacing(multiples), a == b.replacing(multiples) else { return nil }
    return multiples
  }
}

extension Agreement.Conflict {
  /// What does not fit among `inputs` of `node`: dims that stand against each other, counted from the last, of
  /// which one is open and neither is 1; or, where the node reshapes to `target`, the one name that comes for
  /// another. `nil` iff that is nothing.
  init?(_ node: NodeProto, _ inputs: [TensorType], target: [Dim]?) {
    var pairs: [(Dim, Dim)] = []
    if let target, let source = inputs.first {
      let (old, new) = (source.dims.names, target.names)
      let (gone, come) = (old.subtracting(new), new.subtracting(old))
      if let gone = gone.first, let come = come.first,
        [gone, come].count == old.symmetricDifference(new).count
      {
        self.init(site: node.site, pairs: [(.named(come), .named(gone))])
        return
      }
    }
    for (type, other) in zip(inputs, inputs.dropFirst()) {
      let aligned = zip(type.dims.indices.reversed(), zip(type.dims.reversed(), other.dims.reversed()))
      for (axis, (a, b)) in aligned where a != b && a != 1 && b != 1 && (a.fixed == nil || b.fixed == nil) {
        guard node.joinedAxis.map({ $0 == axis || $0 == axis - type.rank }) != true else { continue }
        pairs.append((a, b))
      }
    }
    guard !pairs.isEmpty else { return nil }
    self.init(site: node.site, pairs: pairs)
  }
}

extension NodeProto {
  /// The axis along which this puts its inputs together, where it does that.
  fileprivate var joinedAxis: Int? {
    guard operatorName == "Concat" else { return nil }
    let axis = attributes.first { $0.name == "axis" }
    guard case .integer(let axis) = axis?.value else { return 1 }
    return Int(exactly: axis)
  }
}

extension Translation {
  /// The translation of `model`'s main graph, with the lengths of its inputs as its nodes need them: each time that
  /// lengths do not fit, once more with what makes them fit, as long as that leaves fewer gaps.
  ///
  /// Throws iff the graph breaks a rule of the format.
  static func agreeing(
    _ model: ModelProto, name: String, given: Given
  ) throws(Diagnostic) -> Translation {
    var agreement = Agreement()
    let translate = { (agreement: Agreement) throws(Diagnostic) in
      let translation = Translation(model, name: name, given: given, agreement)
      try translation.run(model.graph)
      return translation
    }
    var best = try translate(agreement)
    for _ in 0..<Limits.agreements {
      let graph = best.graph
      let names = Set(graph.inputs.flatMap { graph[$0].type.dims.flatMap(\.names) })
      guard let conflict = best.conflict, let next = agreement.settling(conflict, names: names) else { break }
      let translation = try translate(next)
      guard translation.graph.gapCount < graph.gapCount else { break }
      (best, agreement) = (translation, next)
    }
    return best
  }
}

extension [Dim] {
  fileprivate var names: Set<String> { reduce(into: []) { $0.formUnion($1.names) } }
}

extension Graph {
  /// How many nodes stand for what could not be translated.
  fileprivate var gapCount: Int { nodes.count { $0.op is any GapOp } }
}

extension Limits {
  /// How often lengths are made to fit.
  fileprivate static let agreements = 8
}
