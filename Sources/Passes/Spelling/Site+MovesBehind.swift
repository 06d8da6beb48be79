import Graphs
import Operators
import Tensors

/// Moves, which are transposes and reshapes, come behind what is computed.
extension Site {
  /// The move of the result where what is moved is computed on row by row, or element by element.
  var moveAfter: Replacement? {
    let (op, type) = (node.op, node.type)
    guard let move = input(0), move.isMove, op.isElementwise || (op.isRowwise && move.keepsRows) else {
      return nil
    }
    let operands = [move.inputs[0]] + inputs.dropFirst()
    let moving: any Op = move.node.op is Reshape ? Reshape(dims: type.dims) : move.node.op
    guard let rows = try? op.infer(operands.map { graph[$0].type }), (try? moving.infer([rows])) == type
    else {
      return nil
    }
    return .building { (rebuild, name) throws(Diagnostic) in
      let rows = try rebuild.graph.add(op, rebuild.new(operands))
      return try rebuild.graph.add(moving, [rows], name: name)
    }
  }

  /// The move of the sum where the summands are moved alike.
  var sumOfMoves: Replacement? {
    guard let a = input(0), let b = input(1), a.isMove, a.useCount == 1, b.useCount == 1,
      AnyHashable(a.node.op) == AnyHashable(b.node.op),
      graph[a.inputs[0]].type == graph[b.inputs[0]].type
    else { return nil }
    let (x, y, op) = (a.inputs[0], b.inputs[0], a.node.op)
    return .building { (rebuild, name) throws(Diagnostic) in
      let sum = try rebuild.graph.add(rebuild.new(x), rebuild.new(y))
      return try rebuild.graph.add(op, [sum], name: name)
    }
  }

  /// The sum where this moves one of which a summand is moved the other way.
  var moveOfSum: Replacement? {
    guard let sum = input(0), sum.node.op is Add, sum.useCount == 1 else { return nil }
    for (moved, other) in [(sum.input(0), sum.inputs[1]), (sum.input(1), sum.inputs[0])] {
      guard let moved, moved.node.type == sum.node.type, graph[other].type == sum.node.type, undoes(moved)
      else { continue }
      let (x, op) = (moved.inputs[0], node.op)
      return .building { (rebuild, name) throws(Diagnostic) in
        let rest = try rebuild.graph.add(op, [rebuild.new(other)])
        return try rebuild.graph.add(Add(), [rebuild.new(x), rest], name: name)
      }
    }
    return nil
  }

  private var isMove: Bool { node.op is Transpose || node.op is Reshape }

  /// Whether this move leaves the features of a row side by side.
  private var keepsRows: Bool {
    if let transpose = node.as(Transpose.self) { return transpose.permutation.last == node.type.rank - 1 }
    return node.type.rank > 0 && node.type.dims.last == graph[inputs[0]].type.dims.last
  }

  /// Whether this move leaves what `move` has moved where it was.
  private func undoes(_ move: Site) -> Bool {
    if let outer = node.as(Transpose.self), let inner = move.node.as(Transpose.self) {
      return outer.permutation.map { inner.permutation[$0] } == Array(0..<node.type.rank)
    }
    return node.op is Reshape && move.node.op is Reshape && graph[move.inputs[0]].type == node.type
  }
}

extension Op {
  fileprivate var isElementwise: Bool { self is any PointwiseOp || self is SiLU || self is GELU }
  /// Whether it computes each row of its first operand by itself, along the last axis.
  fileprivate var isRowwise: Bool { self is Linear || self is LayerNorm || self is RMSNorm }
}
