package import Graphs
package import Tensors

/// A named rewrite of a whole graph. Every pass is idempotent and keeps the numbers.
package struct Pass: Sendable {
  /// In kebab-case, as `--after` takes it.
  package let name: String
  /// One line for a listing.
  package let summary: String
  package let run: @Sendable (Graph) throws(Diagnostic) -> Graph

  package init(
    _ name: String, _ summary: String, run: @escaping @Sendable (Graph) throws(Diagnostic) -> Graph
  ) {
    (self.name, self.summary, self.run) = (name, summary, run)
  }

  /// A pass that replaces each `Operation` for which `rule` answers, until none is left.
  package init<Operation: Op>(
    _ name: String, _ summary: String, rewriting: Operation.Type,
    rule: @escaping @Sendable (Site, Operation) throws(Diagnostic) -> Replacement?
  ) {
    self.init(name, summary) { (graph) throws(Diagnostic) in
      try graph.repeating(name, atMost: 64) { graph throws(Diagnostic) in
        try graph.rewriting { (site) throws(Diagnostic) in
          guard let (op, _) = site.match(Operation.self) else { return nil }
          return try rule(site, op)
        }
      }
    }
  }
}

extension Graph {
  /// The graph after as many rounds as replace something; `round` gives the next graph and how much it replaced.
  ///
  /// Throws what a round throws, or iff the last of `rounds` still replaces something: two rules of `pass` undo
  /// each other.
  func repeating(
    _ pass: String, atMost rounds: Int = 4096,
    _ round: (Graph) throws(Diagnostic) -> (graph: Graph, count: Int)
  ) throws(Diagnostic) -> Graph {
    var graph = self
    for _ in 0..<rounds {
      let (next, count) = try round(graph)
      guard count > 0 else { return graph }
      graph = next
    }
    throw .endless(pass, rounds, name)
  }
}

extension Sequence<Pass> {
  /// `graph` after all of the passes, in order. Throws what a pass throws, with the pass named.
  package func run(on graph: Graph) throws(Diagnostic) -> Graph {
    var graph = graph
    for pass in self {
      do throws(Diagnostic) {
        graph = try pass.run(graph)
      } catch {
        throw error.located(at: "pass \(pass.name) on @\(graph.name)")
      }
    }
    return graph
  }
}

extension Diagnostic {
  fileprivate static func endless(_ pass: String, _ rounds: Int, _ graph: String) -> Diagnostic {
    Diagnostic(
      "pass \(pass) still finds something to replace in @\(graph) after \(rounds) rounds", kind: .software)
  }
}
