import Graphs
package import Tensors

/// An op that says for each element of its one input, a float, whether something holds of it.
package protocol PredicateOp: FlatOp {
  func holds(_ x: Double) -> Bool
}

extension PredicateOp {
  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 1)
    try expectFloats(inputs)
    return TensorType(.bool, inputs[0].dims)
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    try Tensor(truths: inputs[0].reals().map(holds), as: type)
  }
}
