import Graphs
import Operators
import Tensors

extension Translation {
  /// The elements of `value`; `nil` iff they are not known.
  func known(_ value: Value) throws(Diagnostic) -> Tensor? {
    try knowledge.tensor(value, in: graph, limit: Limits.known)
  }

  /// The elements of `value`, whole numbers, as lengths that may follow the named
  /// lengths of the graph's inputs; `nil` iff they do not.
  func lengths(_ value: Value) throws(Diagnostic) -> [Dim]? { try lengths(value, depth: 0) }

  private func lengths(_ value: Value, depth: Int) throws(Diagnostic) -> [Dim]? {
    if case .some(let known) = knowledge.lengths(value) { return known }
    let found = try found(value, depth: depth)
    knowledge.set(value, toLengths: found)
    return found
  }

  private func found(_ value: Value, depth: Int) throws(Diagnostic) -> [Dim]? {
    let node = graph[value]
    guard node.type.element.isArithmetic, depth < Limits.arithmetic, let count = node.type.count,
      count <= Limits.shape
    else { return nil }
    if let tensor = try known(value) {
      let whole = try tensor.reals().allSatisfy { $0 == $0.rounded() && $0.magnitude < 0x1p63 }
      return whole || tensor.type.element.isInteger ? try tensor.integers().map { Dim(Int($0)) } : nil
    }
    if let dims = try computed(node, depth: depth), dims.count == count { return dims }
    return nil
  }

  /// The elements of the node's result in row-major order; another number of them where its axes broadcast in a
  /// way that lists do not.
  private func computed(_ node: Node, depth: Int) throws(Diagnostic) -> [Dim]? {
    func operand(_ index: Int) throws(Diagnostic) -> [Dim]? {
      try lengths(node.inputs[index], depth: depth + 1)
    }
    switch node.op {
    case let op as Length: return [op.dim]
    case is Reshape, is Cast: return try operand(0)
    case is Concat where node.type.rank == 1:
      var joined: [Dim] = []
      for index in node.inputs.indices {
        guard let part = try operand(index) else { return nil }
        joined += part
      }
      return joined
    case let op as Slice where node.type.rank == 1:
      guard let whole = try operand(0), let start = op.start.fixed, let length = op.length.fixed else {
        return nil
      }
      let places = (0..<max(0, length)).map { start + $0 * (op.step ?? 1) }
      return places.allSatisfy(whole.indices.contains) ? places.map { whole[$0] } : nil
    case is Gather where graph[node.inputs[0]].type.rank == 1:
      guard let whole = try operand(0), let places = try known(node.inputs[1])?.integers() else { return nil }
      let wrapped = places.map { Int($0) < 0 ? Int($0) + whole.count : Int($0) }
      return wrapped.allSatisfy(whole.indices.contains) ? wrapped.map { whole[$0] } : nil
    case is Broadcast:
      guard let part = try operand(0), part.count == 1 else { return nil }
      return Array(repeating: part[0], count: node.type.count ?? 0)
    case is Add: return try combine(operand(0), operand(1), +)
    case is Subtract: return try combine(operand(0), operand(1), -)
    case is Multiply: return try combine(operand(0), operand(1), *)
    case is Divide where node.type.element.isInteger:
      return try combine(operand(0), operand(1)) { a, b in b.fixed.flatMap(a.dividedDown) }
    case is Divide:
      return try combine(operand(0), operand(1)) { a, b in b.fixed.flatMap(a.dividedExactly) }
    case is Where: return try chosen(node, depth: depth)
    default: return nil
    }
  }

  private func combine(
    _ a: [Dim]?, _ b: [Dim]?, _ operation: (Dim, Dim) -> Dim?
  ) -> [Dim]? {
    guard let a, let b, a.count == b.count || a.count == 1 || b.count == 1 else { return nil }
    let count = min(a.count, b.count) == 0 ? 0 : max(a.count, b.count)
    var result: [Dim] = []
    for index in 0..<count {
      guard let dim = operation(a[a.count == 1 ? 0 : index], b[b.count == 1 ? 0 : index]) else { return nil }
      result.append(dim)
    }
    return result
  }

  /// The lengths that a `where` picks by a comparison of lengths, as exporters write `expand`.
  private func chosen(_ node: Node, depth: Int) throws(Diagnostic) -> [Dim]? {
    guard let equal = try truths(node.inputs[0], depth: depth),
      let yes = try lengths(node.inputs[1], depth: depth + 1),
      let no = try lengths(node.inputs[2], depth: depth + 1)
    else { return nil }
    let count = max(equal.count, yes.count, no.count)
    let lists = [equal, yes, no]
    guard lists.allSatisfy({ $0.count == count || $0.count == 1 }) else { return nil }
    return (0..<count).map { index in
      let pick = { (list: [Dim]) in list[list.count == 1 ? 0 : index] }
      return pick(equal).fixed == 1 ? pick(yes) : pick(no)
    }
  }

  /// 1 for each element of a condition that holds, 0 for the others; `nil` iff that depends on named lengths.
  private func truths(_ value: Value, depth: Int) throws(Diagnostic) -> [Dim]? {
    let node = graph[value]
    guard let count = node.type.count, count <= Limits.shape else { return nil }
    if let tensor = try known(value) { return try tensor.integers().map { Dim(Int($0)) } }
    guard node.op is Equal else { return nil }
    let (a, b) = (
      try lengths(node.inputs[0], depth: depth + 1), try lengths(node.inputs[1], depth: depth + 1)
    )
    return combine(a, b) { a, b in Translation.equal(a, b).map { Dim($0 ? 1 : 0) } }
  }

  /// Whether two lengths are the same whatever the named ones are; `nil` iff that depends. A named length is
  /// never negative.
  private static func equal(_ a: Dim, _ b: Dim) -> Bool? {
    if a == b { return true }
    guard let difference = a - b else { return nil }
    if let fixed = difference.fixed { return fixed == 0 }
    return difference.isPositive || (b - a)?.isPositive == true ? false : nil
  }
}

extension Limits {
  /// Elements of a value that are computed at import.
  static let known = 1 << 24
  /// Elements of a value that is looked at as lengths.
  static let shape = 64
  /// How long a chain of arithmetic on lengths may be.
  fileprivate static let arithmetic = 256
}
