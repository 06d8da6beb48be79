package import Families
package import Graphs
package import Tensors

/// A graph with what gives its parameters.
package struct Runnable: Sendable {
  package let graph: Graph
  package let parameter: @Sendable (Name) throws(Diagnostic) -> Tensor

  package init(
    _ graph: Graph, parameter: @escaping @Sendable (Name) throws(Diagnostic) -> Tensor
  ) {
    (self.graph, self.parameter) = (graph, parameter)
  }

  package init(_ model: Model) {
    self.init(model.graph) { (path) throws(Diagnostic) in try model.weights.tensor(path) }
  }
}

/// A model as it was and as it is written; the second can be opened when all is written.
package struct ModelPair: Sendable {
  package let name: String
  package let before: Runnable
  package let after: @Sendable () throws(Diagnostic) -> Runnable
}
