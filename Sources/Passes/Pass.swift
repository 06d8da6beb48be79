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
      var graph = graph
      for _ in 0..<Pass.rounds {
        let (next, count) = try graph.rewriting { (site) throws(Diagnostic) in
          guard let (op, _) = site.match(Operation.self) else { return nil }
          return try rule(site, op)
        }
        guard count > 0 else { return graph }
        graph = next
      }
      throw .endless(name, Pass.rounds)
    }
  }

  /// How often a rule may feed itself.
  private static let rounds = 64
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
  fileprivate static func endless(_ pass: String, _ rounds: Int) -> Diagnostic {
    Diagnostic("pass \(pass) still finds something to replace after \(rounds) rounds", kind: .software)
  }
}
