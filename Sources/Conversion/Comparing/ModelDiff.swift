package import Checkpoints
package import Graphs
import Operators
package import Tensors

/// How two models differ: their graphs by structure, the weights that the graphs read by value.
package struct ModelDiff: Sendable {
  package let graph: GraphDiff
  /// `nil` iff the weights of one model are not at hand.
  package let weights: WeightDiff?

  /// What gives a model's weights; `nil` iff nothing does.
  package typealias Weights = @Sendable (Name) throws(Diagnostic) -> Tensor

  /// Compares `a` with `b`. Where paths and structure leave open which weight is which, equal values decide.
  ///
  /// `progress` is as for `WeightDiff`. Throws iff weights cannot be had.
  package init(
    _ a: (graph: Graph, weights: Weights?), _ b: (graph: Graph, weights: Weights?),
    spread: Spread = .serial, progress: WeightDiff.Progress = { (_, _) throws(Diagnostic) in }
  ) throws(Diagnostic) {
    let first = try GraphDiff(a.graph, b.graph, commutative: Commutative.names)
    guard let weightsA = a.weights, let weightsB = b.weights else {
      (graph, weights) = (first, nil)
      return
    }
    let (x, y) = (try LeafCheckpoint(first.a, weightsA), try LeafCheckpoint(first.b, weightsB))
    let found = try WeightDiff(
      x.checkpoint, y.checkpoint, pairing: first.isEqual ? x.names(first.weights, y) : [:], spread: spread,
      progress: progress)
    let isSettled = first.isEqual && (found.isSame || x.names == y.names)
    guard !isSettled else {
      (graph, weights) = (first, found)
      return
    }
    let byValue =
      first.isEqual
      ? try WeightDiff(x.checkpoint, y.checkpoint, spread: spread, progress: progress) : found
    let second = try GraphDiff(
      a.graph, b.graph, commutative: Commutative.names, pairing: x.pairing(byValue, y))
    guard second.changes.count < first.changes.count || (second.isEqual && byValue.isSame) else {
      (graph, weights) = (first, found)
      return
    }
    graph = second
    weights =
      second.isEqual && !byValue.isSame
      ? try WeightDiff(
        x.checkpoint, y.checkpoint, pairing: x.names(second.weights, y), spread: spread, progress: progress)
      : byValue
  }

  /// Whether both compute the same with the same weights.
  package var isSame: Bool { graph.isEqual && weights?.isSame != false }
}
