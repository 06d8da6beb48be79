import Graphs
import Operators
import Tensors

extension Translation {
  func translate(_ nodes: [NodeProto]) throws(Diagnostic) {
    for node in nodes {
      do {
        try translate(node)
      } catch {
        throw error.located(at: node.site)
      }
    }
  }

  private func translate(_ node: NodeProto) throws(Diagnostic) {
    guard graph.nodes.count < Limits.nodes else { throw .tooManyNodes(Limits.nodes) }
    var inputs: [Value?] = []
    for name in node.inputs { inputs.append(name == "" ? nil : try value(named: name)) }
    let outer = graph.scope
    graph.scope = node.modulePath ?? outer
    defer { graph.scope = outer }
    let results: [Value?]
    if let function = functions[FunctionKey(node)] {
      results = try self.call(function, node, inputs)
    } else {
      results = try meaning(of: node, inputs)
    }
    for (index, name) in node.outputs.enumerated() where name != "" {
      guard results.indices.contains(index), let value = results[index] else { throw .noOutput(index, name) }
      scopes[scopes.count - 1].values[name] = value
    }
  }

  /// The results of an operator of the catalogue, or visible nodes in their place.
  private func meaning(of node: NodeProto, _ inputs: [Value?]) throws(Diagnostic) -> [Value?] {
    guard let version = opsets[node.domain] ?? (node.domain == "" ? opsets["ai.onnx"] : nil) else {
      return try unsupported(
        node, "the model does not say which version of \(node.domainName) it means", inputs)
    }
    guard let known = OperatorCatalog.all[node.domain, node.operatorName, version] else {
      return try unsupported(
        node, "no such operator is known in version \(version) of \(node.domainName)", inputs)
    }
    if let index = inputs.firstIndex(where: { $0.map(untyped.contains) ?? false }) {
      return try unsupported(node, "the type of input \(index) is not known", inputs)
    }
    guard takesTexts(node, inputs) else {
      return try unsupported(node, "texts can be compared and moved, not computed with", inputs)
    }
    let before = graph.nodes.count
    (awaited, promises) = (nil, [:])
    do {
      let results = try known.translate(
        Call(node: node, version: version, inputs: inputs, translation: self))
      if givesTexts(node, inputs) { texts.formUnion(results.compactMap(\.self)) }
      return results
    } catch {
      takeBack(to: before)
      if let awaited { return try deferred(node, inputs, awaiting: awaited) }
      let types = inputs.compactMap { $0.map { graph[$0].type } }
      conflict = conflict ?? Agreement.Conflict(node, types, target: target(of: node, inputs))
      let isOpen = inputs.contains { $0.map { graph[$0].type.shape == nil } ?? false }
      if isOpen { return try deferred(node, inputs, because: error.message.text) }
      return try unsupported(node, error.message.text, inputs)
    }
  }

  /// The lengths to which `node` reshapes, where it does that and they are known.
  private func target(of node: NodeProto, _ inputs: [Value?]) -> [Dim]? {
    guard node.operatorName == "Reshape", inputs.count == 2, let shape = inputs[1] else { return nil }
    return (try? lengths(shape)) ?? nil
  }

  /// Removes the nodes from number `count` on, of a translation that did not come to an end.
  func takeBack(to count: Int) {
    guard graph.nodes.count > count else { return }
    graph.removeLast(graph.nodes.count - count)
    knowledge.forget(from: count)
    texts = texts.filter { $0.index < count }
    for level in scopes.indices {
      scopes[level].values = scopes[level].values.filter { $0.value.index < count }
    }
  }

  /// An error that makes the node at hand wait for the elements of its input `index`.
  func awaiting(_ index: Int, of call: Call) -> Diagnostic {
    awaited = index
    return .awaiting(index, call.node)
  }
}

extension NodeProto {
  /// As messages name it: `Conv "/encoder/conv1/Conv"`.
  var site: String { name == "" ? operation : "\(operation) \(name.quoted)" }
  /// The operator with its domain, where that is not the default one.
  var operation: String { domain == "" ? operatorName : "\(domain).\(operatorName)" }
  fileprivate var domainName: String { domain == "" ? "ai.onnx" : domain }
}

extension Diagnostic {
  fileprivate static func tooManyNodes(_ count: Int) -> Diagnostic {
    Diagnostic("the graph has more than \(count) nodes once functions and loops are written out")
  }
  fileprivate static func noOutput(_ index: Int, _ name: Name) -> Diagnostic {
    Diagnostic("output \(index), \(name.quoted), is not made", kind: .unavailable)
  }
  fileprivate static func awaiting(_ index: Int, _ node: NodeProto) -> Diagnostic {
    Diagnostic("the shape of \(node.operatorName) depends on what input \(index) holds")
  }
}
