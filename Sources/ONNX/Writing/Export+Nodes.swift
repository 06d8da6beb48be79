import Graphs
import Operators
import Tensors

/// Our nodes in ONNX's words.
extension Export {
  /// Appends what the node of `value` means.
  func say(_ value: Value) throws(Diagnostic) {
    let node = graph[value]
    guard !(node.op is any LeafOp), known(value) == nil else { return }
    do throws(Diagnostic) {
      let before = proto.nodes.count
      let wording = WordingCatalog.all[node.op.name]
      if let result = try wording?.say(node.op, Phrase(self, value)) {
        settle(value, result, from: before)
      } else if let op = node.op as? any CompositeOp {
        try expand(op, value)
      } else {
        throw .unworded(node, opset)
      }
    } catch {
      throw error.located(at: "\(node.name.sigil) in @\(graph.name)")
    }
  }

  /// Takes `result` for `value`, under the name of the value iff the nodes from number `first` on made it for
  /// nobody else.
  private func settle(_ value: Value, _ result: Operand, from first: Int) {
    let new = proto.nodes.indices.dropFirst(first)
    guard !shared.contains(result.name), new.contains(where: { proto.nodes[$0].outputs == [result.name] })
    else {
      operands[value] = result
      return
    }
    let name = claim(value)
    for index in new {
      proto.nodes[index].inputs = proto.nodes[index].inputs.map { $0 == result.name ? name : $0 }
      proto.nodes[index].outputs = proto.nodes[index].outputs.map { $0 == result.name ? name : $0 }
    }
    operands[value] = Operand(name, result.element)
    shared.insert(name)
    if !graph.outputs.contains(where: { $0.name == name }) {
      proto.valueInfo.append(ValueInfoProto(name, TypeProto(graph[value].type)))
    }
  }

  private func expand(_ op: any CompositeOp, _ value: Value) throws(Diagnostic) {
    let node = graph[value]
    let name = wanted[value] ?? node.name
    let result = try elaborate(under: node.name, named: name) { g throws(Diagnostic) in
      try op.expand(node.inputs.map { twins[$0] ?? $0 }, in: &g)
    }
    twins[value] = result
  }

  /// Says the nodes that `body` appends to the graph, whose names begin with `scope`, and gives what stands for
  /// its result, which is called `name` iff it is new.
  func elaborate(
    under scope: Name, named name: Name? = nil, _ body: (inout Graph) throws(Diagnostic) -> Value
  ) throws(Diagnostic) -> Value {
    let first = graph.nodes.count
    let outer = graph.scope
    graph.scope = scope
    defer { graph.scope = outer }
    let result = try body(&graph)
    if let name, result.index >= first { wanted[result] = name }
    let new = graph.values(from: first).map(\.self)
    for value in new {
      let node = graph[value]
      let expression = Expression(op: AnyHashable(node.op), inputs: node.inputs.map { twins[$0] ?? $0 })
      if let twin = expressions[expression] {
        twins[value] = twin
        continue
      }
      expressions[expression] = value
      try say(value)
      // A composite stands for what it was expanded to.
      if let twin = twins[value] { expressions[expression] = twin }
    }
    return twins[result] ?? result
  }
}

extension Diagnostic {
  fileprivate static func unworded(_ node: Node, _ opset: Int) -> Diagnostic {
    Diagnostic(
      "\(node.op.name) cannot be said in ONNX operators of opset \(opset)", kind: .unavailable)
  }
}
