package import Graphs
package import Tensors

/// Attention whose queries, keys and values are rounded to a narrower float; scores, softmax and sums are not.
///
/// Inputs and result are those of `Attention`, in its wide element type. A kernel may round the softmax to
/// `element` before it mixes the values.
package struct NarrowAttention: CompositeOp {
  package static let name = "narrow_attention"
  package var heads: Int
  package var kvHeads: Int
  package var scale: Double
  /// What queries, keys and values are rounded to.
  package var element: DType

  enum CodingKeys: String, CodingKey {
    case heads
    case kvHeads = "kv_heads"
    case scale, element
  }

  package init(_ attention: Attention, element: DType) {
    (heads, kvHeads, scale) = (attention.heads, attention.kvHeads, attention.scale)
    self.element = element
  }

  /// Of operands as wide as they come.
  package var attention: Attention { Attention(heads: heads, kvHeads: kvHeads, scale: scale) }

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    try expectCount(inputs.map { g[$0].type }, 3...4)
    let operands = try g.rounded(Array(inputs.prefix(3)), to: element)
    return try g.add(attention, operands + inputs.dropFirst(3))
  }

  package func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost {
    var cost = attention.cost(inputs, output)
    guard let q = inputs[0].shape, let k = inputs[1].shape, let v = inputs[2].shape else { return cost }
    let pairs = Double(q[0]) * Double(heads) * Double(q[1]) * Double(k[1])
    cost.narrowFlops = 2 * pairs * (Double(k[2] / kvHeads) + Double(v[2] / kvHeads))
    return cost
  }
}
