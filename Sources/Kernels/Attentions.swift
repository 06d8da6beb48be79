import CKernels
import Graphs
import Operators
import Tensors

extension Kernel {
  /// Attention that never holds the scores.
  static let attention: [Kernel] = [
    Kernel(Attention.self) { op, signature in run(op, signature, isNarrow: false) },
    Kernel(NarrowAttention.self) { op, signature in
      op.element == .bf16 ? run(op.attention, signature, isNarrow: true) : nil
    },
    Kernel(AttentionGradient.self) { op, signature in
      let operands = Array(signature.inputs.prefix(3) + signature.inputs.dropFirst(4))
      let forward = Signature(operands, signature.inputs[3])
      let attention = Attention(heads: op.heads, kvHeads: op.kvHeads, scale: op.scale)
      guard signature.isFloat, let shape = ck_attention_shape(attention, forward) else { return nil }
      let (hasBias, operand) = (signature.inputs.count > 4, op.by.operand)
      return { operands in
        var shape = shape
        ck_attention_gradient(
          &shape, operand, operands[0], operands[1], operands[2], hasBias ? operands[4] : nil, operands[3],
          operands.result)
      }
    },
  ]

  private static func run(_ op: Attention, _ signature: Signature, isNarrow: Bool) -> Run? {
    guard signature.isFloat, var shape = ck_attention_shape(op, signature) else { return nil }
    shape.narrow = isNarrow
    let (filled, hasBias) = (shape, signature.inputs.count > 3)
    return { operands in
      var shape = filled
      ck_attention(
        &shape, operands[0], operands[1], operands[2], hasBias ? operands[3] : nil, operands.result)
    }
  }
}

extension AttentionGradient.Operand {
  fileprivate var operand: ck_attention_operand {
    switch self {
    case .query: CK_QUERY
    case .key: CK_KEY
    case .value: CK_VALUE
    }
  }
}

extension ck_attention_shape {
  /// `nil` iff the bias does not hold one number a key.
  fileprivate init?(_ op: Attention, _ signature: Signature) {
    let (q, k, v) = (signature.shape(0), signature.shape(1), signature.shape(2))
    self.init()
    (batch, queries, keys) = (q[0], q[1], k[1])
    (heads, kv_heads) = (op.heads, op.kvHeads)
    (width, value_width, scale) = (q[2] / op.heads, v[2] / op.kvHeads, Float(op.scale))
    self.q = ck_head_strides(tokens: q, width: width)
    self.k = ck_head_strides(tokens: k, width: width)
    self.v = ck_head_strides(tokens: v, width: value_width)
    out = ck_head_strides(tokens: signature.shape, width: value_width)
    guard signature.inputs.count > 3 else { return }
    let strides = Strides.broadcast(signature.shape(3), to: [batch, heads, queries, keys])
    guard strides[3] == 1 || keys == 1 else { return nil }
    (bias_batch, bias_head, bias_query) = (strides[0], strides[1], strides[2])
  }
}

extension ck_head_strides {
  /// Of heads of `width` side by side in each row of `[B, N, heads·width]`.
  fileprivate init(tokens shape: [Int], width: Int) {
    self.init(batch: shape[1] * shape[2], row: shape[2], head: width)
  }
}
