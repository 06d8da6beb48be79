import Graphs
import Operators
import Tensors

extension Pass {
  /// Computes nodes that depend on constants alone, where the result is small enough to stand in the text.
  /// Larger ones are left to the prologue, which computes them once per load; a node that cannot be computed
  /// is left to whoever runs it.
  ///
  ///     multiply(constant 2.0, constant 3.0)  ->  constant 6.0
  package static let foldConstants = Pass("fold-constants", "compute what depends on constants alone") {
    (graph) throws(Diagnostic) in
    var rebuild = try Rebuild(graph)
    try rebuild.walk { (rebuild, value) throws(Diagnostic) in
      let node = graph[value]
      guard let folded = folded(node, over: try rebuild.new(node.inputs).map { rebuild.graph[$0] }) else {
        return false
      }
      rebuild.set(value, to: try rebuild.graph.add(folded, name: node.name))
      return true
    }
    return try rebuild.finished().removingDead()
  }

  /// The result of `node` over `operands`, or `nil` iff one of them is no constant, the work or the result is
  /// not small, the text could not hold the result exactly, or it cannot be computed.
  private static func folded(_ node: Node, over operands: [Node]) -> Constant? {
    guard !operands.isEmpty, let count = node.type.count, count <= largestFold,
      node.type.element.hasValues, ![.i64, .u64].contains(node.type.element)
    else { return nil }
    var tensors: [Tensor] = []
    for operand in operands {
      guard let constant = operand.as(Constant.self), let count = operand.type.count, count <= largestOperand,
        let tensor = try? constant.evaluate([], as: operand.type)
      else { return nil }
      tensors.append(tensor)
    }
    guard isSmall(node, operands.map(\.type)), let result = try? node.op.evaluate(tensors, as: node.type),
      let values = try? result.reals(), values.allSatisfy({ !$0.isNaN })
    else { return nil }
    return Constant(values, node.type)
  }

  /// Whether all that a composite op computes on its way is small.
  private static func isSmall(_ node: Node, _ types: [TensorType]) -> Bool {
    guard let composite = node.op as? any CompositeOp else { return true }
    guard let inside = try? composite.expansion(over: types).graph else { return false }
    return inside.nodes.allSatisfy { step in
      guard let count = step.type.count, count <= largestOperand else { return false }
      return isSmall(step, step.inputs.map { inside[$0].type })
    }
  }

  /// Elements a folded constant may have.
  private static let largestFold = 16
  /// Elements any tensor on the way to it may have.
  private static let largestOperand = 4096
}
