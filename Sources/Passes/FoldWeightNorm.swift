import Graphs
import Operators
import Tensors

extension Pass {
  /// Finds weights kept as direction and length where they are spelt out. The prologue then computes each of
  /// them once per load.
  ///
  ///     g · v / √(sum(v²) over all axes but the first)  ->  weight_norm(v, g)
  package static let foldWeightNorm = Pass("fold-weight-norm", "find weights kept as direction and length") {
    (graph) throws(Diagnostic) in
    try graph.rewriting { (site) throws(Diagnostic) in
      guard let (v, g) = site.weightNorm, site.graph[v].type == site.node.type else { return nil }
      return .with(WeightNorm(), v, g)
    }.graph
  }
}

extension Site {
  /// Direction and length where this product is a weight made of them.
  fileprivate var weightNorm: (direction: Value, length: Value)? {
    guard node.op is Multiply || node.op is Divide else { return nil }
    for root in rootsBelow {
      let power = graph[root].inputs[0]
      guard let sum = graph[power].as(Sum.self), sum.keep,
        let direction = graph.squareRoot(of: graph[power].inputs[0]), graph[direction].type.rank > 1,
        graph.places(sum.axes, of: direction) == Array(1..<graph[direction].type.rank),
        let rest = factors(beside: direction, over: root), rest.count == 1
      else { continue }
      return (direction, rest[0])
    }
    return nil
  }
}
