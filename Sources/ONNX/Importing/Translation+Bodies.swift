import Graphs
import Tensors

extension Translation {
  /// `proto` as a graph of its own, which takes values of `types` and then the values that the names `free` stand
  /// for here, and these values.
  ///
  /// Small tensors that are known become constants of the body. Throws iff a node of it cannot be said.
  func body(_ proto: GraphProto, _ types: [TensorType], reading free: [Name]) throws(Diagnostic)
    -> (body: Body, captured: [Value])
  {
    guard proto.inputs.count == types.count else { throw .arguments(proto, types.count) }
    var read: [(name: Name, value: Value, known: Tensor?)] = []
    for name in free {
      let value = try number(try value(named: name))
      let isSmall = (graph[value].type.count ?? .max) <= Limits.shape
      read.append((name, value, isSmall ? try known(value) : nil))
    }
    let outside = state
    depth += 1
    defer {
      state = outside
      depth -= 1
    }
    guard depth <= Limits.calls else { throw .tooDeep(proto.name.text, Limits.calls) }
    let outer = graph
    bodies += 1
    begin(Graph(name: "body_\(bodies)"))
    var scope = Scope(proto)
    for (index, type) in types.enumerated() {
      scope.values[proto.inputs[index].name] = try graph.input(Name("x\(index)"), type)
    }
    var captured: [Value] = []
    for (name, value, known) in read where known == nil {
      scope.values[name] = try graph.input(Name("c\(captured.count)"), outer[value].type)
      captured.append(value)
    }
    for (name, _, known) in read {
      if let known { scope.values[name] = try literal(known, name: "") }
    }
    scopes = [scope]
    try translate(proto.nodes)
    for (index, output) in proto.outputs.enumerated() {
      graph.output(Name("y\(index)"), try number(try value(named: output.name)))
    }
    try graph.expectSupported()
    return (try Body(graph), captured)
  }
}

extension Translation {
  /// What belongs to the graph at hand: a body has its own.
  private struct State {
    var graph: Graph
    var scopes: [Scope]
    var knowledge: Knowledge
    var untyped: Set<Value>
    var texts: Set<Value>
    var isBody: Bool
  }

  private var state: State {
    get {
      State(
        graph: graph, scopes: scopes, knowledge: knowledge, untyped: untyped, texts: texts, isBody: isBody)
    }
    set {
      (graph, scopes, knowledge) = (newValue.graph, newValue.scopes, newValue.knowledge)
      (untyped, texts, isBody) = (newValue.untyped, newValue.texts, newValue.isBody)
    }
  }

  /// Starts a body, of which nothing is known.
  private func begin(_ body: Graph) {
    (graph, scopes, knowledge, isBody) = (body, [], Knowledge(), true)
    (untyped, texts) = ([], [])
  }
}

extension GraphProto {
  /// The names that nodes of this graph and of the graphs in it read and nobody in it makes, each once.
  var freeNames: [Name] {
    var made = Set(inputs.map(\.name) + initializers.map(\.name) + sparseInitializers.map(\.values.name))
    made.insert("")
    var (free, seen): ([Name], Set<Name>) = ([], [])
    for node in nodes {
      for name in node.inputs + node.attributes.flatMap(\.freeNames)
      where !made.contains(name) && seen.insert(name).inserted {
        free.append(name)
      }
      made.formUnion(node.outputs)
    }
    for output in outputs where !made.contains(output.name) && seen.insert(output.name).inserted {
      free.append(output.name)
    }
    return free
  }
}

extension AttributeProto {
  fileprivate var freeNames: [Name] {
    switch value {
    case .graph(let graph): graph.freeNames
    case .graphs(let graphs): graphs.flatMap(\.freeNames)
    default: []
    }
  }
}

extension Diagnostic {
  fileprivate static func arguments(_ body: GraphProto, _ count: Int) -> Diagnostic {
    Diagnostic(
      "body \(body.name.quoted) takes \(body.inputs.count) inputs, but it is given \(count)",
      kind: .unavailable)
  }
}
