package import Checkpoints
package import Graphs
package import Runtime
package import Tensors

/// How far the results of two models lie apart on the same inputs, node by node.
package struct NumericDiff: Sendable {
  package struct Row: Hashable, Sendable {
    package let pair: GraphDiff.Pair
    /// `nil` iff the two are of different types, or cannot be read as values.
    package let difference: Difference?
  }

  /// The graphs' results that both have.
  package let outputs: [(name: Name, row: Row)]
  /// The nodes in both that were computed, in the order of the first graph.
  package let rows: [Row]
  package let tolerance: Double

  /// The first node whose results lie further apart than the tolerance, or `nil` iff there is none.
  package var firstDivergence: Row? { rows.first(where: isBeyond) }

  /// Whether all results are within the tolerance.
  package var isSame: Bool { outputs.allSatisfy { !isBeyond($0.row) } }

  package func isBeyond(_ row: Row) -> Bool {
    guard let difference = row.difference else { return true }
    return difference.strays > 0 || !(difference.relative <= tolerance)
  }

  /// Runs both models on `inputs`, named as in either graph, and compares the nodes that `diff` found in both.
  ///
  /// Results of nodes are kept `memory` bytes at a time: what is more is computed in several runs. Throws iff an
  /// input is missing or a model cannot be run.
  package init(
    _ diff: GraphDiff, weights: (a: ModelDiff.Weights, b: ModelDiff.Weights), inputs: [Name: Tensor],
    tolerance: Double, memory: Int = 256 << 20, options: SessionOptions,
    progress: (_ done: Int, _ total: Int) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    let a = try Side(diff.a, inputs, weights.a) { $0 }
    let renamed = Dictionary(
      diff.pairs.map { (diff.b[$0.b].name, diff.a[$0.a].name) }
    ) { first, _ in first }
    let b = try Side(diff.b, inputs, weights.b) { renamed[$0] ?? $0 }
    let nodes = diff.pairs.filter { !(diff.a[$0.a].op is Input) }
    var rows: [Row] = []
    for slice in a.slices(nodes, memory) {
      try progress(rows.count, nodes.count)
      let (mine, yours) = (
        try a.results(slice.map(\.a), options), try b.results(slice.map(\.b), options)
      )
      for (pair, (one, other)) in zip(slice, zip(mine, yours)) {
        rows.append(Row(pair: pair, difference: Difference(of: one, other)))
      }
    }
    (self.rows, self.tolerance) = (rows, tolerance)
    let places = Dictionary(rows.map { ($0.pair, $0) }) { first, _ in first }
    outputs = diff.outputPairs.compactMap { name, pair in places[pair].map { (name, $0) } }
  }

  /// One of the two models at work.
  private struct Side {
    let graph: Graph
    let inputs: [Name: Tensor]
    let weights: ModelDiff.Weights
    /// With its lengths bound.
    let bound: Graph

    init(
      _ graph: Graph, _ given: [Name: Tensor], _ weights: @escaping ModelDiff.Weights, _ name: (Name) -> Name
    ) throws(Diagnostic) {
      var inputs: [Name: Tensor] = [:]
      for value in graph.inputs {
        let own = graph[value].name
        guard let tensor = given[own] ?? given[name(own)] else { throw .missing(own, graph) }
        inputs[own] = tensor
      }
      (self.graph, self.inputs, self.weights) = (graph, inputs, weights)
      bound = try graph.binding(try graph.lengths(of: inputs.mapValues(\.type)))
    }

    /// `pairs` in runs whose results take `memory` bytes or are one.
    func slices(_ pairs: [GraphDiff.Pair], _ memory: Int) -> [[GraphDiff.Pair]] {
      var slices: [[GraphDiff.Pair]] = []
      var taken = 0
      for pair in pairs {
        let bytes = bound[pair.a].type.byteCount ?? 0
        if slices.isEmpty || taken + bytes > memory {
          slices.append([])
          taken = 0
        }
        slices[slices.count - 1].append(pair)
        taken += bytes
      }
      return slices
    }

    /// What the nodes `values` compute.
    func results(_ values: [Value], _ options: SessionOptions) throws(Diagnostic) -> [Tensor] {
      var graph = bound
      graph.outputs = values.map { Output(Name("\($0.index)"), $0) }
      var session = try Session(try graph.removingDead(), parameters: weights, options: options)
      let results = try session.run(inputs)
      var tensors: [Tensor] = []
      for value in values {
        guard let tensor = results[Name("\(value.index)")] else { throw .noResult(graph[value].name) }
        tensors.append(tensor)
      }
      return tensors
    }
  }
}

extension GraphDiff {
  /// The results in both graphs, as the first calls them.
  fileprivate var outputPairs: [(name: Name, pair: Pair)] {
    let mates = Dictionary(pairs.map { ($0.a, $0) }) { first, _ in first }
    return a.outputs.compactMap { output in mates[output.value].map { (output.name, $0) } }
  }
}

extension Diagnostic {
  fileprivate static func missing(_ name: Name, _ graph: Graph) -> Diagnostic {
    let inputs = graph.inputs.map { "\(graph[$0].name): \(graph[$0].type)" }.joined(separator: ", ")
    return Diagnostic("input \(name) is missing", help: "@\(graph.name) takes \(inputs)")
  }
  fileprivate static func noResult(_ name: Name) -> Diagnostic {
    Diagnostic("\(name) was computed, but gave no result", kind: .software)
  }
}
