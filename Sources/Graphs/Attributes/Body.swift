package import Tensors

/// A graph that an op runs as often as it decides: `@name` in the op's text.
///
/// Its inputs and outputs are told by their order, and it has no parameters: whatever it reads comes in.
package struct Body: Sendable {
  package let graph: Graph

  /// Throws iff the graph has parameters or two outputs of one name.
  package init(_ graph: Graph) throws(Diagnostic) {
    guard Set(graph.outputs.map(\.name)).count == graph.outputs.count else { throw .repeated(graph) }
    if let parameter = graph.parameters.first?.parameter { throw .parameter(parameter.path, graph) }
    self.graph = graph
  }

  /// The types of the inputs and of the outputs.
  package var types: (inputs: [TensorType], outputs: [TensorType]) {
    (graph.inputs.map { graph[$0].type }, graph.outputs.map { graph[$0.value].type })
  }

  /// The reference results on `inputs`. Throws iff there are too few of them or they do not fit.
  package func evaluate(_ inputs: [Tensor]) throws(Diagnostic) -> [Tensor] {
    let names = graph.inputs.map { graph[$0].name }
    guard names.count == inputs.count else { throw .count(graph, inputs.count) }
    let results = try graph.evaluate(Dictionary(zip(names, inputs)) { first, _ in first }) {
      path throws(Diagnostic) in throw Diagnostic.parameter(path, graph)
    }
    return graph.outputs.compactMap { results[$0.name] }
  }
}

extension Body: Hashable {
  package static func == (a: Body, b: Body) -> Bool { a.graph == b.graph }
  package func hash(into hasher: inout Hasher) {
    hasher.combine(graph.name)
    hasher.combine(graph.nodes.count)
  }
}

extension Body: Codable {
  package init(from decoder: any Decoder) throws {
    guard case .graph(let graph) = (decoder as? any AttributeCarrier)?.attribute else {
      throw Diagnostic.noGraph
    }
    try self.init(graph)
  }
  /// Never asked: the encoder of attributes knows bodies.
  package func encode(to encoder: any Encoder) throws {}
}

extension Graph {
  /// The graphs that ops of this one refer to, each before those that refer to it and each once. Two of them
  /// are the same iff their names are.
  package var bodies: [Graph] {
    var (bodies, names) = ([Graph](), Set<String>())
    collect(&bodies, &names)
    return bodies
  }

  private func collect(_ bodies: inout [Graph], _ names: inout Set<String>) {
    for node in nodes {
      for attribute in (try? node.op.attributes()) ?? [] {
        guard case .graph(let body) = attribute.value, names.insert(body.name).inserted else { continue }
        body.collect(&bodies, &names)
        bodies.append(body)
      }
    }
  }
}

extension Diagnostic {
  fileprivate static func parameter(_ path: Name, _ graph: Graph) -> Diagnostic {
    Diagnostic(
      "body @\(graph.name) has the parameter \(path.quoted)", help: "give it to the body as an input")
  }
  fileprivate static func repeated(_ graph: Graph) -> Diagnostic {
    Diagnostic("body @\(graph.name) has two outputs of one name")
  }
  fileprivate static func count(_ graph: Graph, _ count: Int) -> Diagnostic {
    Diagnostic("body @\(graph.name) takes \(graph.inputs.count) inputs, but it is given \(count)")
  }
  fileprivate static var noGraph: Diagnostic { Diagnostic("a body is a graph, written @name") }
}
