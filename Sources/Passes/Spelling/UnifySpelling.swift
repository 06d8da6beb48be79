import Graphs
import Operators
import Tensors

extension Pass {
  /// Says in one way what can be said in two, so that graphs which differ in nothing else are equal. Nothing is
  /// chosen for speed.
  ///
  ///     concat(a, b) axis=-1                      ->  concat(a, b) axis=2
  ///     add(x, where(c, 0, least float))          ->  where(c, x, least float)
  ///     where(20 < x, x, softplus(x))             ->  softplus(x)
  ///     conv(x, w) of one tap                     ->  transpose(linear(transpose(x), w))
  ///     transpose(reshape(x)), all places of x merged  ->  reshape(transpose(x)), channels last
  ///     layer_norm(reshape(x))                    ->  reshape(layer_norm(x)) where the rows of x stay rows
  ///     transpose(add(transpose(x), y))           ->  add(x, transpose(y)) where the two undo each other
  ///     add(transpose(x), transpose(y))           ->  transpose(add(x, y))
  ///     slice(linear(x, w)), slice(transpose(x))  ->  linear(slice(x), w), transpose(slice(x))
  ///     slice(linear(x, w)) of the features       ->  linear(x, slice(w))
  ///
  /// The numbers stay the same to round-off.
  package static let unifySpelling = Pass("unify-spelling", "say in one way what can be said in two") {
    (graph) throws(Diagnostic) in
    try graph.repeating("unify-spelling") { graph throws(Diagnostic) in
      let (next, count) = try graph.rewriting { (site) throws(Diagnostic) in site.respelt }
      return (count > 0 ? try next.simplified() : next, count)
    }
  }
}

extension Site {
  fileprivate var respelt: Replacement? {
    switch node.op {
    case let op as Concat: countedFromFront(op)
    case is Add: maskedSum ?? sumOfMoves
    case is Where: plainSoftplus
    case let op as Conv: pointwise(op)
    case let op as Transpose: channelsLast(op) ?? moveOfSum
    case is Reshape: moveOfSum
    case let op as Slice: sliceOfFeatures(op) ?? sliceOfRows(op)
    default: moveAfter
    }
  }

  private func countedFromFront(_ op: Concat) -> Replacement? {
    guard op.axis < 0 else { return nil }
    return .with(Concat(axis: op.axis + node.type.rank), inputs)
  }

  /// `where(c, x, least)` for `x + where(c, 0, least)`: the least float swallows what is added to it.
  private var maskedSum: Replacement? {
    for (mask, x) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] where graph[mask].op is Where {
      let parts = graph[mask].inputs
      guard graph.scalar(parts[1]) == 0, let least = graph.scalar(parts[2]),
        least == -Double(Float.greatestFiniteMagnitude)
      else { continue }
      return Simpler.op(Where(), [parts[0], x, parts[2]]).replacement(at: self)
    }
    return nil
  }

  /// `softplus(x)` where torch's threshold, beyond which it is x to round-off, is spelt out.
  private var plainSoftplus: Replacement? {
    let (condition, x, soft) = (graph[inputs[0]], inputs[1], inputs[2])
    guard graph[soft].op is Softplus, graph[soft].inputs == [x], condition.op is Less,
      condition.inputs[1] == x, graph.scalar(condition.inputs[0]) == 20
    else { return nil }
    return Simpler.value(soft).replacement(at: self)
  }

  private func pointwise(_ op: Conv) -> Replacement? {
    let (x, w) = (graph[inputs[0]].type, graph[inputs[1]].type)
    guard x.rank == 3, w.dims[2] == 1, op.groups == 1, op.strides == [1], op.before == [0], op.after == [0]
    else { return nil }
    let (operands, matrix) = (inputs, [w.dims[0], w.dims[1]])
    return .building { (rebuild, name) throws(Diagnostic) in
      let columns = try rebuild.graph.transpose(rebuild.new(operands[0]), [0, 2, 1])
      let weight = try rebuild.graph.reshape(rebuild.new(operands[1]), matrix)
      let rows = try rebuild.graph.add(
        Linear(), [columns, weight] + rebuild.new(Array(operands.dropFirst(2))))
      return try rebuild.graph.add(Transpose(permutation: [0, 2, 1]), [rows], name: name)
    }
  }

  /// Channels moved behind the places before these are merged, not after.
  private func channelsLast(_ op: Transpose) -> Replacement? {
    guard op.permutation == [0, 2, 1], let (_, source) = input(0)?.match(Reshape.self) else { return nil }
    let dims = graph[source[0]].type.dims
    guard dims.count > 3, graph[inputs[0]].type.dims.prefix(2) == dims.prefix(2) else { return nil }
    let (type, x) = (node.type, source[0])
    return .building { (rebuild, name) throws(Diagnostic) in
      let last = try rebuild.graph.transpose(rebuild.new(x), [0] + Array(2..<dims.count) + [1])
      return try rebuild.graph.add(Reshape(dims: type.dims), [last], name: name)
    }
  }
}
