import Graphs
import Operators
import Tensors

extension Translation {
  /// The elements of `value`; `nil` iff they are not known.
  func known(_ value: Value) throws(Diagnostic) -> Tensor? {
    try knowledge.tensor(value, in: graph, limit: Limits.known)
  }

  /// The elements of `value`, whole along at most one axis, as lengths that may follow the named
  /// lengths of the graph's inputs; `nil` iff they do not.
  func lengths(_ value: Value) throws(Diagnostic) -> [Dim]? { try lengths(value, depth: 0) }

  private func lengths(_ value: Value, depth: Int) throws(Diagnostic) -> [Dim]? {
    let node = graph[value]
    guard node.type.rank <= 1, depth < Limits.arithmetic else { return nil }
    guard node.type.element.isArithmetic else { return nil }
    if let tensor = try known(value) {
      let whole = try tensor.reals().allSatisfy { $0 == $0.rounded() && $0.magnitude < 0x1p63 }
      return whole || tensor.type.element.isInteger ? try tensor.integers().map { Dim(Int($0)) } : nil
    }
    func operand(_ index: Int) throws(Diagnostic) -> [Dim]? {
      try lengths(node.inputs[index], depth: depth + 1)
    }
    switch node.op {
    case let op as Length: return [op.dim]
    case is Reshape, is Cast: return try operand(0)
    case is Concat:
      var joined: [Dim] = []
      for index in node.inputs.indices {
        guard let part = try operand(index) else { return nil }
        joined += part
      }
      return joined
    case let op as Slice:
      guard let whole = try operand(0), let start = op.start.fixed, let length = op.length.fixed else {
        return nil
      }
      let places = (0..<max(0, length)).map { start + $0 }
      return places.allSatisfy(whole.indices.contains) ? places.map { whole[$0] } : nil
    case is Gather:
      guard let whole = try operand(0), let places = try known(node.inputs[1])?.integers() else { return nil }
      let wrapped = places.map { Int($0) < 0 ? Int($0) + whole.count : Int($0) }
      return wrapped.allSatisfy(whole.indices.contains) ? wrapped.map { whole[$0] } : nil
    case let op as Broadcast:
      guard let part = try operand(0), part.count == 1, let count = op.dims.first?.fixed else { return nil }
      return count <= Limits.shape ? Array(repeating: part[0], count: count) : nil
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
    let condition = graph[node.inputs[0]]
    guard condition.op is Equal, let a = try lengths(condition.inputs[0], depth: depth + 1),
      let b = try lengths(condition.inputs[1], depth: depth + 1),
      let yes = try lengths(node.inputs[1], depth: depth + 1),
      let no = try lengths(node.inputs[2], depth: depth + 1)
    else { return nil }
    guard let equal = combine(a, b, { a, b in Translation.equal(a, b).map { Dim($0 ? 1 : 0) } }) else {
      return nil
    }
    let count = max(equal.count, yes.count, no.count)
    let lists = [equal, yes, no]
    guard lists.allSatisfy({ $0.count == count || $0.count == 1 }) else { return nil }
    return (0..<count).map { index in
      let pick = { (list: [Dim]) in list[list.count == 1 ? 0 : index] }
      return pick(equal).fixed == 1 ? pick(yes) : pick(no)
    }
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
  /// Axes of a shape.
  static let shape = 64
  /// How long a chain of arithmetic on lengths may be.
  fileprivate static let arithmetic = 256
}
