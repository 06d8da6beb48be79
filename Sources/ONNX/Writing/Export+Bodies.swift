import Graphs
import Tensors

extension Export {
  /// `graph` as a body inside of this one: its first `own` inputs are its own, the others are `given` from here.
  /// No name of it is one of the graphs around.
  func body(_ graph: Graph, own: Int, _ given: [Operand]) throws(Diagnostic) -> GraphProto {
    var graph = graph
    for index in graph.outputs.indices { graph.outputs[index].name = fresh(graph.outputs[index].name) }
    let bound = Dictionary(zip(graph.inputs.dropFirst(own), given)) { first, _ in first }
    let inner = Export(graph, opset: opset, parameters: [:])
    let proto = try inner.run(bound: bound, taken: taken.subtracting(graph.outputs.map(\.name)))
    take(inner.taken)
    return proto
  }
}
