import CKernels
import Graphs
import Operators

extension Kernel {
  /// One function of each element.
  static let elementwise: [Kernel] = [
    unary(Exp.self, CK_EXP), unary(Log.self, CK_LOG), unary(Sin.self, CK_SIN), unary(Cos.self, CK_COS),
    unary(Tanh.self, CK_TANH), unary(Sigmoid.self, CK_SIGMOID), unary(Erf.self, CK_ERF),
    unary(Sqrt.self, CK_SQRT), unary(Rsqrt.self, CK_RSQRT), unary(Negate.self, CK_NEG),
    unary(Abs.self, CK_ABS), unary(Reciprocal.self, CK_RECIPROCAL), unary(Square.self, CK_SQUARE),
    unary(ReLU.self, CK_RELU), unary(SiLU.self, CK_SILU), unary(Softplus.self, CK_SOFTPLUS),
    Kernel(GELU.self) { op, signature in
      unary(op.approximation == .none ? CK_GELU : CK_GELU_TANH, signature)
    },
  ]

  private static func unary(_ op: (some Op).Type, _ function: ck_unary_op) -> Kernel {
    Kernel(op) { _, signature in unary(function, signature) }
  }

  private static func unary(_ function: ck_unary_op, _ signature: Signature) -> Run? {
    guard signature.isFloat else { return nil }
    let count = signature.count
    return { operands in ck_unary(function, count, operands.result, operands[0]) }
  }
}
