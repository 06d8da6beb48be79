package import Graphs
package import Tensors

/// The results of one of two bodies.
///
/// Inputs: a condition of one element, bool, and behind it the inputs of both bodies, which are alike. Both give
/// the same types.
package struct If: ControlOp {
  package static let name = "if"
  package var then: Body
  package var otherwise: Body
  package var result: Int

  enum CodingKeys: String, CodingKey {
    case then
    case otherwise = "else"
    case result
  }

  package init(then: Body, otherwise: Body, result: Int) {
    (self.then, self.otherwise, self.result) = (then, otherwise, result)
  }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    guard let condition = inputs.first, condition.element == .bool, condition.count == 1 else {
      throw .noCondition(inputs.first)
    }
    for body in [then, otherwise] { try expect(Array(inputs.dropFirst()), of: body) }
    let (yes, no) = (try output(result, of: then), try output(result, of: otherwise))
    guard yes == no else { throw .unlike(self, yes, no) }
    return yes
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    let isTrue = try inputs[0].integers().first != 0
    return try (isTrue ? then : otherwise).evaluate(Array(inputs.dropFirst()))[result]
  }
}

extension Diagnostic {
  fileprivate static func noCondition(_ type: TensorType?) -> Diagnostic {
    Diagnostic("if takes a condition of one bool first, but it is given \(type?.description ?? "nothing")")
  }
  fileprivate static func unlike(_ op: If, _ yes: TensorType, _ no: TensorType) -> Diagnostic {
    Diagnostic(
      "output \(op.result) of @\(op.then.graph.name) is \(yes), but of @\(op.otherwise.graph.name) it is \(no)"
    )
  }
}
