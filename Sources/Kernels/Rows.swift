import CKernels
import Graphs
import Operators
import Tensors

extension Kernel {
  /// Functions of the last axis.
  static let rows: [Kernel] = [
    Kernel(Softmax.self) { op, signature in
      guard signature.isFloat, let axis = signature.axis(op.axis), axis == signature.inputs[0].rank - 1
      else { return nil }
      let (rows, width) = signature.rows
      return { ck_softmax(rows, width, $0.result, $0[0]) }
    },
    Kernel(LayerNorm.self) { op, signature in
      guard signature.isFloat, !signature.shape.isEmpty else { return nil }
      let ((rows, width), eps, count) = (signature.rows, Float(op.eps), signature.inputs.count)
      return { operands in
        ck_layer_norm(
          rows, width, operands.result, operands[0], count > 1 ? operands[1] : nil,
          count > 2 ? operands[2] : nil, eps)
      }
    },
    Kernel(RMSNorm.self) { op, signature in
      guard signature.isFloat, !signature.shape.isEmpty else { return nil }
      let ((rows, width), eps, isScaled) = (signature.rows, Float(op.eps), signature.inputs.count > 1)
      return { ck_rms_norm(rows, width, $0.result, $0[0], isScaled ? $0[1] : nil, eps) }
    },
    Kernel(GLU.self) { op, signature in
      guard signature.isFloat, !signature.shape.isEmpty else { return nil }
      let ((rows, width), activation) = (signature.rows, op.activation.function)
      return { ck_glu(activation, rows, width, $0.result, $0[0]) }
    },
    Kernel(LayerNormGradient.self) { op, signature in
      guard signature.isFloat, !signature.shape.isEmpty else { return nil }
      let ((rows, width), eps, isScaled) = (signature.rows, Float(op.eps), signature.inputs.count > 2)
      return {
        ck_layer_norm_gradient(rows, width, $0.result, $0[0], isScaled ? $0[2] : nil, $0[1], eps)
      }
    },
    Kernel(GLUGradient.self) { op, signature in
      guard signature.isFloat, !signature.shape.isEmpty else { return nil }
      let ((rows, width), activation) = (signature.rows, op.activation.function)
      return { ck_glu_gradient(activation, rows, width / 2, $0.result, $0[0], $0[1]) }
    },
  ]
}

extension Signature {
  /// The result as rows of its last axis.
  fileprivate var rows: (count: Int, width: Int) { (shape.dropLast().reduce(1, *), shape.last ?? 1) }
}

extension GLU.Activation {
  fileprivate var function: ck_unary_op {
    switch self {
    case .silu: CK_SILU
    case .gelu: CK_GELU
    case .geluTanh: CK_GELU_TANH
    case .sigmoid: CK_SIGMOID
    }
  }
}
