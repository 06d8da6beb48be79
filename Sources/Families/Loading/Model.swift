package import Checkpoints
package import Graphs
package import Tensors

/// A part of an upstream model, ready to run: its graph and the weights the graph names.
package struct Model: Sendable {
  package let family: String
  package let component: String
  package let layout: String
  package let graph: Graph
  package let weights: Weights
  package let facts: [(label: String, value: String)]

  /// Binds `blueprint` to `checkpoint`. Throws one diagnostic with everything that does not fit.
  package init(
    _ component: Component, family: String, checkpoint: Checkpoint
  ) throws(Diagnostic) {
    let translated = try component.fromTensorFlow(checkpoint)
    let checkpoint = translated ?? checkpoint
    var blueprint = try component.blueprint(Set(checkpoint.entries.map(\.name)))
    if translated != nil { blueprint.layout += " TensorFlow" }
    self.family = family
    self.component = component.name
    layout = blueprint.layout
    graph = blueprint.graph
    facts = blueprint.facts
    weights = try Weights(blueprint, checkpoint, component: component.name)
  }

  /// A graph that came with its weights: `checkpoint` holds a tensor for each parameter, by path.
  ///
  /// Throws one diagnostic with everything that does not fit.
  package init(
    _ graph: Graph, checkpoint: Checkpoint, family: String, facts: [(label: String, value: String)]
  ) throws(Diagnostic) {
    (self.family, component, layout) = (family, graph.name, "")
    (self.graph, self.facts) = (graph, facts)
    weights = try Weights(graph, in: checkpoint)
  }
}
