package import Checkpoints
package import Graphs
import Operators
package import Tensors

/// How two models differ: their graphs by structure, the weights that the graphs read by value.
package struct ModelDiff: Sendable {
  package let graph: GraphDiff
  /// `nil` iff the weights of one model are not at hand.
  package let weights: WeightDiff?

  /// What gives the weights of `graph.a` and `graph.b`, those that are settled among them; `nil` iff nothing does.
  package let sources: (a: Weights?, b: Weights?)

  /// What gives a model's weights by their paths.
  package typealias Weights = @Sendable (Name) throws(Diagnostic) -> Tensor

  /// Compares `a` with `b`, the weights of both settled where `settling` says so. Where paths and structure
  /// leave open which weight is which, equal values decide.
  ///
  /// `progress` is as for `WeightDiff`. Throws iff weights cannot be had.
  package init(
    _ a: (graph: Graph, weights: Weights?), _ b: (graph: Graph, weights: Weights?),
    settling: Bool = true, spread: Spread = .serial,
    progress: WeightDiff.Progress = { (_, _) throws(Diagnostic) in }
  ) throws(Diagnostic) {
    let (hasA, hasB) = (a.weights != nil, b.weights != nil)
    let (a, b) = (
      try SettledModel(a.graph, a.weights, settling: settling),
      try SettledModel(b.graph, b.weights, settling: settling)
    )
    sources = (hasA ? a.weights : nil, hasB ? b.weights : nil)
    let first = try GraphDiff(a.graph, b.graph, commutative: Commutative.names)
    guard hasA && hasB else {
      (graph, weights) = (first, nil)
      return
    }
    let (x, y) = (try LeafCheckpoint(first.a, a.weights), try LeafCheckpoint(first.b, b.weights))
    let settle = { (diff: WeightDiff) in
      diff.agreeing(within: Self.roundOff, computed: (a.computed, b.computed))
    }
    let found = settle(
      try WeightDiff(
        x.checkpoint, y.checkpoint, pairing: first.isEqual ? x.names(first.weights, y) : [:], spread: spread,
        progress: progress))
    let isSettled = first.isEqual && (found.isSame || x.names == y.names)
    guard !isSettled else {
      (graph, weights) = (first, found)
      return
    }
    let byValue =
      first.isEqual
      ? settle(try WeightDiff(x.checkpoint, y.checkpoint, spread: spread, progress: progress)) : found
    let second = try GraphDiff(
      a.graph, b.graph, commutative: Commutative.names, pairing: x.pairing(byValue, y))
    guard second.changes.count < first.changes.count || (second.isEqual && byValue.isSame) else {
      (graph, weights) = (first, found)
      return
    }
    graph = second
    weights =
      second.isEqual && !byValue.isSame
      ? settle(
        try WeightDiff(
          x.checkpoint, y.checkpoint, pairing: x.names(second.weights, y), spread: spread, progress: progress)
      )
      : byValue
  }

  /// How far computed weights may lie apart, relatively: f32 keeps seven digits.
  private static let roundOff = 1e-5

  /// Whether both compute the same with the same weights.
  package var isSame: Bool { graph.isEqual && weights?.isSame != false }
}
