import Graphs
package import Tensors

/// An op on the bits of two whole numbers of one type. The inputs broadcast as in NumPy.
package protocol BitwiseOp: WholePairOp, FlatOp {
  /// Whether the numbers must have no sign.
  static var isUnsigned: Bool { get }
}

extension BitwiseOp {
  package static var isUnsigned: Bool { false }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 2)
    try Self.isUnsigned ? expectUnsigned(inputs) : expectWholes(inputs)
    try expectOneElement(inputs)
    return TensorType(inputs[0].element, try TensorType.broadcastDims(inputs))
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    try evaluateWholes(inputs, as: type)
  }
}
