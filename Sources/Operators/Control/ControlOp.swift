package import Graphs
package import Tensors

/// An op that runs bodies.
package protocol ControlOp: Op {
  /// Which of the results of the whole this node is.
  var result: Int { get }
}

extension ControlOp {
  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    throw .noGradient(Self.name)
  }

  /// Throws iff `types` are not those of the inputs of `body`.
  func expect(_ types: [TensorType], of body: Body) throws(Diagnostic) {
    let expected = body.types.inputs
    guard types == expected else { throw .wrongInputs(Self.name, body, types, expected) }
  }

  /// The type of output `index` of `body`. Throws iff there is none.
  func output(_ index: Int, of body: Body) throws(Diagnostic) -> TensorType {
    let types = body.types.outputs
    guard types.indices.contains(index) else { throw .noOutput(Self.name, body, index) }
    return types[index]
  }
}

extension Diagnostic {
  fileprivate static func noGradient(_ op: String) -> Diagnostic {
    Diagnostic("\(op) has no gradient: it decides what to run by its operands")
  }
  fileprivate static func wrongInputs(
    _ op: String, _ body: Body, _ types: [TensorType], _ expected: [TensorType]
  ) -> Diagnostic {
    let list = { (types: [TensorType]) in types.map(\.description).joined(separator: ", ") }
    return Diagnostic("\(op) gives @\(body.graph.name) \(list(types)), but it takes \(list(expected))")
  }
  fileprivate static func noOutput(_ op: String, _ body: Body, _ index: Int) -> Diagnostic {
    Diagnostic("\(op) reads output \(index) of @\(body.graph.name), which has \(body.graph.outputs.count)")
  }
}
