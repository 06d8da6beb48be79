package import Tensors

/// A function of tensors: nodes in an order in which inputs stand before users, and the named results.
///
/// A value: copied freely, grown only by appending. A rewrite walks one graph and appends to a new one, so a
/// `Value` never dangles inside its graph and never outlives a pass. Inputs stand first.
package struct Graph: Sendable {
  /// As in `graph @name`.
  package var name: String
  package private(set) var nodes: [Node] = []
  package var outputs: [Output] = []
  /// Put before the names of nodes appended from now on.
  package var scope: Name = ""
  private var values: [Name: Value] = [:]
  private var repeats: [Name: Int] = [:]

  package init(name: String) { self.name = name }

  package subscript(_ value: Value) -> Node { nodes[Int(value.index)] }

  /// The value named `name`, or `nil` iff there is none.
  package subscript(named name: Name) -> Value? { values[name] }

  /// Every value, in order.
  package var allValues: [Value] { nodes.indices.map { Value($0) } }

  /// The values from number `index` on, in order.
  package func values(from index: Int) -> some Sequence<Value> {
    (min(index, nodes.count)..<nodes.count).lazy.map { Value($0) }
  }

  /// The inputs, in order.
  package var inputs: [Value] {
    nodes.indices.prefix { nodes[$0].op is Input }.map { Value($0) }
  }

  /// The parameters, in order of first use.
  package var parameters: [(value: Value, parameter: Parameter)] {
    nodes.indices.compactMap { index in
      (nodes[index].op as? Parameter).map { (Value(index), $0) }
    }
  }
}

/// A result of a graph under the name the caller knows it by.
package struct Output: Hashable, Sendable {
  package var name: Name
  package var value: Value
  package init(_ name: Name, _ value: Value) { (self.name, self.value) = (name, value) }
}

// MARK: growing

extension Graph {
  /// Appends a node and returns its result.
  ///
  /// `name` is put behind the scope; without one the op's name serves. A taken name gets the next free
  /// suffix `_2`, `_3`, …. Throws iff `op` does not apply to the inputs' types.
  @discardableResult
  package mutating func add(_ op: any Op, _ inputs: [Value] = [], name: Name? = nil) throws(Diagnostic)
    -> Value
  {
    let name = free((name ?? Name(op.name)).prefixed(by: scope))
    let types = inputs.map { self[$0].type }
    let type: TensorType
    do {
      type = try op.infer(types)
    } catch {
      throw error.located(at: site(op, inputs, name))
    }
    return append(Node(op: op, inputs: inputs, type: type, name: name))
  }

  /// Declares an input. Throws iff a node stands already or the name is taken: inputs come first and keep
  /// the names callers know.
  @discardableResult
  package mutating func input(_ name: Name, _ type: TensorType) throws(Diagnostic) -> Value {
    guard nodes.allSatisfy({ $0.op is Input }) else { throw .lateInput(name, self.name) }
    guard values[name] == nil else { throw .takenName(name) }
    return append(Node(op: Input(type), inputs: [], type: type, name: name))
  }

  /// Declares a parameter at `path`, or returns the one that stands already.
  ///
  /// Throws iff the path stands already under another type.
  package mutating func parameter(_ path: Name, _ type: TensorType, frozen: Bool = true) throws(Diagnostic)
    -> Value
  {
    let op = Parameter(path: path, frozen: frozen, type)
    if let value = values[path], let known = self[value].op as? Parameter, known.path == path {
      guard known.type == type else { throw .retyped(path, known.type, type) }
      return value
    }
    return append(Node(op: op, inputs: [], type: type, name: free(path)))
  }

  /// Runs `body` with `scope` extended by `name`.
  package mutating func scoped<Result>(
    _ name: Name, _ body: (inout Graph) throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    let outer = scope
    scope = name.prefixed(by: outer)
    defer { scope = outer }
    return try body(&self)
  }

  /// Names a result. Where the name is free and the value carries a made-up one, the node takes it too.
  package mutating func output(_ name: Name, _ value: Value) {
    outputs.append(Output(name, value))
    let node = self[value]
    guard values[name] == nil, !(node.op is Input), !(node.op is Parameter) else { return }
    rename(value, to: name)
  }

  /// Gives a node another name, or that name with the next free suffix.
  package mutating func rename(_ value: Value, to name: Name) {
    let node = self[value]
    guard node.name != name else { return }
    values[node.name] = nil
    let name = free(name)
    nodes[Int(value.index)] = Node(op: node.op, inputs: node.inputs, type: node.type, name: name)
    values[name] = value
  }

  /// Takes the last `count` nodes back; values minted for them mean nothing any more.
  package mutating func removeLast(_ count: Int) {
    for node in nodes.suffix(count) { values[node.name] = nil }
    nodes.removeLast(min(count, nodes.count))
  }

  private mutating func append(_ node: Node) -> Value {
    let value = Value(nodes.count)
    nodes.append(node)
    values[node.name] = value
    return value
  }

  private mutating func free(_ name: Name) -> Name {
    guard values[name] != nil else { return name }
    var count = repeats[name] ?? 2
    while values[Name("\(name)_\(count)")] != nil { count += 1 }
    repeats[name] = count + 1
    return Name("\(name)_\(count)")
  }

  private func site(_ op: any Op, _ inputs: [Value], _ name: Name) -> String {
    let operands = inputs.map { "%\(self[$0].name): \(self[$0].type)" }.joined(separator: ", ")
    return "%\(name) = \(op.name)(\(operands)) in @\(self.name)"
  }
}

extension Graph: Equatable {
  /// Whether both print the same text.
  package static func == (a: Graph, b: Graph) -> Bool {
    a.name == b.name && a.nodes == b.nodes && a.outputs == b.outputs
  }
}

extension Diagnostic {
  fileprivate static func lateInput(_ name: Name, _ graph: String) -> Diagnostic {
    Diagnostic("input %\(name) is declared after the first node of @\(graph)", kind: .software)
  }
  fileprivate static func takenName(_ name: Name) -> Diagnostic {
    Diagnostic("the name %\(name) is taken", help: "give each value a name of its own")
  }
  fileprivate static func retyped(_ path: Name, _ known: TensorType, _ type: TensorType) -> Diagnostic {
    Diagnostic("parameter \"\(path)\" is \(known) in one place and \(type) in another")
  }
}
