import Graphs
import Operators
import Tensors

extension Wording {
  /// Ops that run bodies. Bodies take what ONNX hands them; all else they read from the graph around.
  static let control: [Wording] = [
    Wording(If.self) { (op, phrase) throws(Diagnostic) in
      var whole = op
      whole.result = 0
      let operands = try phrase.allInputs()
      return try phrase.write("If", [operands[0]], output: op.result, of: whole) { () throws(Diagnostic) in
        let given = Array(operands.dropFirst())
        let attributes = [
          AttributeProto("then_branch", .graph(try phrase.body(op.then, own: 0, given))),
          AttributeProto("else_branch", .graph(try phrase.body(op.otherwise, own: 0, given))),
        ]
        return (attributes, op.then.types.outputs.map(\.element))
      }
    },
    Wording(Loop.self) { (op, phrase) throws(Diagnostic) in
      var whole = op
      (whole.result, whole.length) = (0, 0)
      let operands = try phrase.allInputs()
      let own = 2 + op.carried
      return try phrase.write("Loop", Array(operands[..<own]), output: op.result, of: whole) {
        () throws(Diagnostic) in
        let body = try phrase.body(op.body, own: own, Array(operands[own...]))
        return ([AttributeProto("body", .graph(body))], op.body.types.outputs.dropFirst().map(\.element))
      }
    },
    Wording(Scan.self) { (op, phrase) throws(Diagnostic) in
      var whole = op
      whole.result = 0
      let operands = try phrase.allInputs()
      let own = op.states + op.axes.count
      return try phrase.write("Scan", Array(operands[..<own]), output: op.result, of: whole) {
        () throws(Diagnostic) in
        let attributes: [AttributeProto] = [
          AttributeProto("body", .graph(try phrase.body(op.body, own: own, Array(operands[own...])))),
          .integer("num_scan_inputs", op.axes.count), .integers("scan_input_axes", op.axes),
          .integers("scan_input_directions", op.backwards.map { $0 ? 1 : 0 }),
          .integers("scan_output_axes", op.stacks),
          .integers("scan_output_directions", op.stacksBackwards.map { $0 ? 1 : 0 }),
        ]
        return (attributes, op.body.types.outputs.map(\.element))
      }
    },
  ]
}

extension Phrase {
  /// `body` with its first `own` inputs as its own and `given` for the others.
  fileprivate func body(_ body: Body, own: Int, _ given: [Operand]) throws(Diagnostic) -> GraphProto {
    try export.body(body.graph, own: own, given)
  }
}
