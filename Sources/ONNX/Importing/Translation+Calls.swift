import Graphs
import Tensors

extension Translation {
  /// Translates the nodes of a function in the place of a call. Throws iff the calls go too deep.
  func call(
    _ function: FunctionProto, _ node: NodeProto, _ inputs: [Value?]
  ) throws(Diagnostic) -> [Value?] {
    let outer = (scopes, opsets)
    depth += 1
    defer {
      (scopes, opsets) = outer
      depth -= 1
    }
    guard depth <= Limits.calls else { throw .tooDeep(function.name, Limits.calls) }
    var scope = Scope()
    for (name, value) in zip(function.inputs, inputs) { scope.values[name] = value }
    for info in function.valueInfo { scope.types[info.name] = info.type }
    scopes = [scope]
    opsets = function.opsets
    try translate(function.nodes.map { $0.binding(node.attributes, defaults: function.defaults) })
    var results: [Value?] = []
    for name in function.outputs { results.append(try value(named: name)) }
    return results
  }

  /// Translates the body of a control-flow operator, whose nodes may read names of the graphs around it.
  func inline(_ body: GraphProto, _ inputs: [Value]) throws(Diagnostic) -> [Value] {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Limits.calls else { throw .tooDeep(body.name.text, Limits.calls) }
    var scope = Scope(body)
    scope.isOpen = true
    for (info, value) in zip(body.inputs, inputs) { scope.values[info.name] = value }
    scopes.append(scope)
    defer { scopes.removeLast() }
    try translate(body.nodes)
    var results: [Value] = []
    for output in body.outputs { results.append(try value(named: output.name)) }
    return results
  }
}

extension Diagnostic {
  static func tooDeep(_ name: String, _ depth: Int) -> Diagnostic {
    Diagnostic("\(name) stands more than \(depth) functions and bodies deep")
  }
}
