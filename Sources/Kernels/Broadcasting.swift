import CKernels
import Graphs
import Operators
import Tensors

extension Kernel {
  /// One function of an element of either operand, which broadcast.
  static let broadcasting: [Kernel] = [
    binary(Add.self, CK_ADD), binary(Subtract.self, CK_SUB), binary(Multiply.self, CK_MUL),
    binary(Divide.self, CK_DIV), binary(Maximum.self, CK_MAX), binary(Minimum.self, CK_MIN),
    binary(Power.self, CK_POW),
    comparison(Equal.self, CK_EQUAL), comparison(Less.self, CK_LESS),
    Kernel(Where.self) { _, signature in select(signature) },
  ]

  private static func binary(_ op: (some Op).Type, _ function: ck_binary_op) -> Kernel {
    Kernel(op) { _, signature in
      guard signature.isFloat, let walk = Walk(signature) else { return nil }
      return { operands in
        ck_binary(
          function, walk.shape.count, walk.shape, operands.result, operands[0], walk.strides[0],
          operands[1], walk.strides[1])
      }
    }
  }

  private static func comparison(_ op: (some Op).Type, _ function: ck_compare_op) -> Kernel {
    Kernel(op) { _, signature in
      guard let walk = Walk(signature), signature.inputs[0].element == signature.inputs[1].element else {
        return nil
      }
      switch signature.inputs[0].element {
      case .f32:
        return { operands in
          ck_compare(
            function, walk.shape.count, walk.shape, operands.output.assumingMemoryBound(to: UInt8.self),
            operands[0], walk.strides[0], operands[1], walk.strides[1])
        }
      case .i64:
        return { operands in
          ck_compare_i64(
            function, walk.shape.count, walk.shape, operands.output.assumingMemoryBound(to: UInt8.self),
            operands.elements(0, as: Int64.self), walk.strides[0],
            operands.elements(1, as: Int64.self), walk.strides[1])
        }
      default: return nil
      }
    }
  }

  private static func select(_ signature: Signature) -> Run? {
    guard signature.output.element == .f32, let walk = Walk(signature) else { return nil }
    return { operands in
      ck_select(
        walk.shape.count, walk.shape, operands.result, operands.elements(0, as: UInt8.self),
        walk.strides[0], operands[1], walk.strides[1], operands[2], walk.strides[2])
    }
  }
}

/// A walk over the elements of a result and of the operands that broadcast to it.
private struct Walk {
  let shape: [Int]
  let strides: [[Int]]

  /// `nil` iff there are more axes than the kernels take.
  init?(_ signature: Signature) {
    guard signature.output.rank <= Int(CK_MAX_RANK) else { return nil }
    shape = signature.shape
    strides = signature.inputs.indices.map { Strides.broadcast(signature.shape($0), to: signature.shape) }
  }
}
