import Graphs
package import Tensors

/// Whether `x`, a `bool`, does not hold.
package struct Not: FlatOp {
  package static let name = "not"
  package static var mayOverwrite: [Int] { [0] }
  package init() {}

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 1)
    try expectTruths(inputs)
    return inputs[0]
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    try Tensor(truths: inputs[0].truths().map { !$0 }, as: type)
  }
}
