package import Tensors

/// A graph in the making from an older one: every rewrite is a walk over the old nodes that appends to this.
package struct Rebuild: Sendable {
  package let old: Graph
  /// The new graph so far.
  package var graph: Graph
  private var values: [Value?]

  /// Declares the inputs of `old` and behind them `inputs`. Throws iff a name of the latter is taken.
  package init(_ old: Graph, adding inputs: [(name: Name, type: TensorType)] = []) throws(Diagnostic) {
    self.old = old
    graph = Graph(name: old.name)
    values = Array(repeating: nil, count: old.nodes.count)
    for value in old.inputs {
      values[Int(value.index)] = try graph.input(old[value].name, old[value].type)
    }
    for input in inputs { try graph.input(input.name, input.type) }
  }

  /// What stands in the new graph for `value` of the old one.
  package func new(_ value: Value) throws(Diagnostic) -> Value {
    guard let new = values[Int(value.index)] else { throw .notYet(old[value].name) }
    return new
  }

  package func new(_ old: [Value]) throws(Diagnostic) -> [Value] {
    var new: [Value] = []
    for value in old { new.append(try self.new(value)) }
    return new
  }

  /// From now on `new` stands for `old`.
  package mutating func set(_ old: Value, to new: Value) { values[Int(old.index)] = new }

  /// Appends the old node as it is.
  package mutating func copy(_ value: Value) throws(Diagnostic) {
    let node = old[value]
    guard !(node.op is Input) else { return }
    set(value, to: try graph.add(node.op, try new(node.inputs), name: node.name))
  }

  /// Visits the old nodes but for inputs in order; those for which `visit` returns false are copied.
  package mutating func walk(
    _ visit: (inout Rebuild, Value) throws(Diagnostic) -> Bool
  ) throws(Diagnostic) {
    for value in old.allValues where !(old[value].op is Input) {
      if try !visit(&self, value) { try copy(value) }
    }
  }

  /// The new graph with the old outputs.
  package func finished() throws(Diagnostic) -> Graph {
    var graph = graph
    for output in old.outputs { graph.outputs.append(Output(output.name, try new(output.value))) }
    return graph
  }
}

extension Graph {
  /// The graph without the nodes that no output needs; inputs stay.
  package func removingDead() throws(Diagnostic) -> Graph {
    let live = reaching(Set(outputs.map(\.value)))
    guard nodes.indices.contains(where: { !live[$0] && !(nodes[$0].op is Input) }) else { return self }
    var rebuild = try Rebuild(self)
    try rebuild.walk { _, value throws(Diagnostic) in !live[Int(value.index)] }
    return try rebuild.finished()
  }

  /// The nodes that `value` depends on, as a graph of their own whose one output is the value.
  package func part(computing value: Value, as output: Name) throws(Diagnostic) -> Graph {
    let reached = reaching([value])
    var part = Graph(name: name)
    var places: [Value: Value] = [:]
    for old in allValues where reached[Int(old.index)] {
      let node = self[old]
      places[old] = try part.add(node.op, node.inputs.compactMap { places[$0] }, name: node.name)
    }
    part.outputs = places[value].map { [Output(output, $0)] } ?? []
    return part
  }

  /// For each node whether one of `values` depends on it or is it.
  package func reaching(_ values: Set<Value>) -> [Bool] {
    var reaches = nodes.indices.map { values.contains(Value($0)) }
    for index in nodes.indices.reversed() where reaches[index] {
      for input in nodes[index].inputs { reaches[Int(input.index)] = true }
    }
    return reaches
  }

  /// For each node whether it depends on one of `values` or is it.
  package func depending(on values: Set<Value>) -> [Bool] {
    var depends = nodes.indices.map { values.contains(Value($0)) }
    for index in nodes.indices where !depends[index] {
      depends[index] = nodes[index].inputs.contains { depends[Int($0.index)] }
    }
    return depends
  }
}

extension Diagnostic {
  fileprivate static func notYet(_ name: Name) -> Diagnostic {
    Diagnostic("\(name.sigil) is used before the rewrite has placed it", kind: .software)
  }
}
