import Graphs
package import Tensors

/// Each bit of a whole number turned over.
package struct BitwiseNot: FlatOp {
  package static let name = "bitwise_not"
  package static var mayOverwrite: [Int] { [0] }
  package init() {}

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 1)
    try expectWholes(inputs)
    return inputs[0]
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    try Tensor(integers: inputs[0].integers().map(~), as: type)
  }
}
