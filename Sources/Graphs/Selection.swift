package import Tensors

/// Counted places of a graph for surgery.
///
///     let bridged = try graph.select { $0.match(Attention.self) != nil }
///       .expecting(24, "text cross-attentions")
///       .inserting { g, value in try g.add(ReLU(), [value]) }
package struct Selection: Sendable {
  package let graph: Graph
  package let values: [Value]

  package init(_ graph: Graph, _ values: [Value]) { (self.graph, self.values) = (graph, values) }

  package var count: Int { values.count }

  /// Itself. Throws iff there are not `count` places.
  package func expecting(_ count: Int, _ what: String) throws(Diagnostic) -> Selection {
    guard values.count == count else { throw .wrongCount(values.count, count, what, graph.name) }
    return self
  }

  /// The graph in which behind each place stands what `body` appends: every later reader of the place reads
  /// the value `body` returns. `inputs` are declared behind the graph's own.
  package func inserting(
    inputs: [(name: Name, type: TensorType)] = [],
    _ body: (inout Graph, _ ordinal: Int, Value) throws(Diagnostic) -> Value
  ) throws(Diagnostic) -> Graph {
    let ordinals = Dictionary(zip(values, values.indices)) { first, _ in first }
    var rebuild = try Rebuild(graph, adding: inputs)
    try rebuild.walk { rebuild, value throws(Diagnostic) in
      guard let ordinal = ordinals[value] else { return false }
      try rebuild.copy(value)
      rebuild.set(value, to: try body(&rebuild.graph, ordinal, try rebuild.new(value)))
      return true
    }
    return try rebuild.finished()
  }
}

extension Graph {
  /// The places for which `isSelected` holds, in order.
  package func select(_ isSelected: (Site) throws(Diagnostic) -> Bool) throws(Diagnostic) -> Selection {
    let uses = useCounts()
    var values: [Value] = []
    for value in allValues where try isSelected(Site(self, value, uses: uses)) { values.append(value) }
    return Selection(self, values)
  }
}

extension Diagnostic {
  fileprivate static func wrongCount(_ count: Int, _ expected: Int, _ what: String, _ graph: String)
    -> Diagnostic
  {
    Diagnostic("@\(graph) has \(count) \(what), but \(expected) were expected")
  }
}
