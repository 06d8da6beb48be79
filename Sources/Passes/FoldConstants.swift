import Graphs
import Tensors

extension Pass {
  /// Computes nodes that depend on constants alone, where the result is small enough to stand in the text.
  /// Larger ones are left to the prologue, which computes them once per load.
  ///
  ///     multiply(constant 2.0, constant 3.0)  ->  constant 6.0
  package static let foldConstants = Pass("fold-constants", "compute what depends on constants alone") {
    (graph) throws(Diagnostic) in
    var rebuild = try Rebuild(graph)
    try rebuild.walk { (rebuild, value) throws(Diagnostic) in
      let node = graph[value]
      guard !node.inputs.isEmpty, let count = node.type.count, count <= largestFold,
        ![.i64, .u64].contains(node.type.element)
      else { return false }
      let inputs = try rebuild.new(node.inputs).map { rebuild.graph[$0] }
      var operands: [Tensor] = []
      for input in inputs {
        guard let constant = input.as(Constant.self) else { return false }
        operands.append(try constant.evaluate([], as: input.type))
      }
      let result = try node.op.evaluate(operands, as: node.type)
      let folded = Constant(try result.reals(), node.type)
      rebuild.set(value, to: try rebuild.graph.add(folded, name: node.name))
      return true
    }
    return try rebuild.finished().removingDead()
  }

  /// Elements a folded constant may have.
  private static let largestFold = 16
}
