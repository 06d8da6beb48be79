import Graphs
import Tensors

extension Pass {
  /// Drops the nodes that no output needs. Inputs stay: they are the graph's signature.
  package static let removeDead = Pass("remove-dead", "drop nodes that no output needs") {
    (graph) throws(Diagnostic) in
    try graph.removingDead()
  }
}
