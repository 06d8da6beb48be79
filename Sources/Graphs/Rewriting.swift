package import Tensors

/// A node a rule looks at, in the old graph.
package struct Site: Sendable {
  package let graph: Graph
  package let value: Value
  private let uses: [Int]

  init(_ graph: Graph, _ value: Value, uses: [Int]) {
    (self.graph, self.value, self.uses) = (graph, value, uses)
  }

  package var node: Node { graph[value] }
  package var inputs: [Value] { node.inputs }

  /// The site of the node that computes input `index`, or `nil` iff there is no such input.
  package func input(_ index: Int) -> Site? {
    inputs.indices.contains(index) ? Site(graph, inputs[index], uses: uses) : nil
  }

  /// How often the result is read, an output counting as one.
  package var useCount: Int { uses[Int(value.index)] }

  /// The op and inputs of this node, or `nil` iff it is no `Operation`.
  package func match<Operation: Op>(_: Operation.Type) -> (op: Operation, inputs: [Value])? {
    node.as(Operation.self).map { ($0, inputs) }
  }

  /// As `match` for the node that computes input `index`, or `nil` also iff somebody else reads it.
  package func sole<Operation: Op>(_: Operation.Type, at index: Int)
    -> (op: Operation, inputs: [Value])?
  {
    guard let site = input(index), site.useCount == 1 else { return nil }
    return site.match(Operation.self)
  }
}

/// What is put in the place of a site. Old values are translated; the last node takes the site's name.
package struct Replacement: Sendable {
  fileprivate let build: @Sendable (inout Rebuild, Name) throws(Diagnostic) -> Value

  /// `op` over old values.
  package static func with(_ op: any Op, _ inputs: Value...) -> Replacement { .with(op, inputs) }

  /// `op` over old values.
  package static func with(_ op: any Op, _ inputs: [Value]) -> Replacement {
    Replacement { (rebuild, name) throws(Diagnostic) in
      try rebuild.graph.add(op, try rebuild.new(inputs), name: name)
    }
  }

  /// An old value that stands above the site.
  package static func value(_ value: Value) -> Replacement {
    Replacement { (rebuild, _) throws(Diagnostic) in try rebuild.new(value) }
  }

  /// Several nodes, appended to `rebuild.graph`; the last one should be named `name`.
  package static func building(
    _ build: @escaping @Sendable (_ rebuild: inout Rebuild, _ name: Name) throws(Diagnostic) -> Value
  ) -> Replacement {
    Replacement(build: build)
  }
}

extension Graph {
  /// The graph with each site for which `rule` answers replaced, and without what is dead then; also how
  /// many sites there were.
  package func rewriting(
    _ rule: (Site) throws(Diagnostic) -> Replacement?
  ) throws(Diagnostic) -> (graph: Graph, count: Int) {
    let uses = useCounts()
    var count = 0
    var rebuild = try Rebuild(self)
    try rebuild.walk { rebuild, value throws(Diagnostic) in
      guard let replacement = try rule(Site(self, value, uses: uses)) else { return false }
      rebuild.set(value, to: try replacement.build(&rebuild, self[value].name))
      count += 1
      return true
    }
    guard count > 0 else { return (self, 0) }
    return (try rebuild.finished().removingDead(), count)
  }
}
