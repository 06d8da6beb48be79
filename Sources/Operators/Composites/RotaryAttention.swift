package import Graphs
package import Tensors

/// Attention whose queries and keys are turned by their positions first: `attention(rope(q), rope(k), v,
/// bias)`.
///
/// Inputs and result are those of `Attention`. Queries and keys share `dims`, `base` and `style`; each
/// counts positions with a start and a step of its own.
package struct RotaryAttention: CompositeOp {
  package static let name = "rotary_attention"
  package var heads: Int
  package var kvHeads: Int
  package var scale: Double
  package var dims: Int
  package var base: Double
  package var style: RoPE.Style
  package var queryStart: Double
  package var queryStep: Double
  package var keyStart: Double
  package var keyStep: Double

  enum CodingKeys: String, CodingKey {
    case heads
    case kvHeads = "kv_heads"
    case scale, dims, base, style
    case queryStart = "q_start"
    case queryStep = "q_step"
    case keyStart = "k_start"
    case keyStep = "k_step"
  }

  /// The fusion of `attention` with the rotations in front of it, or `nil` iff they do not fit together:
  /// other heads, or dims, bases or styles that differ.
  package init?(_ attention: Attention, queries: RoPE, keys: RoPE) {
    guard queries.heads == attention.heads, keys.heads == attention.kvHeads,
      queries.dims == keys.dims, queries.base == keys.base, queries.style == keys.style
    else { return nil }
    (heads, kvHeads, scale) = (attention.heads, attention.kvHeads, attention.scale)
    (dims, base, style) = (queries.dims, queries.base, queries.style)
    (queryStart, queryStep) = (queries.start, queries.step)
    (keyStart, keyStep) = (keys.start, keys.step)
  }

  /// What follows the rotations.
  package var attention: Attention { Attention(heads: heads, kvHeads: kvHeads, scale: scale) }
  /// How the queries turn.
  package var queryRotation: RoPE {
    RoPE(heads: heads, dims: dims, base: base, style: style, start: queryStart, step: queryStep)
  }
  /// How the keys turn.
  package var keyRotation: RoPE {
    RoPE(heads: kvHeads, dims: dims, base: base, style: style, start: keyStart, step: keyStep)
  }

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    try expectCount(inputs.map { g[$0].type }, 3...4)
    let queries = try g.add(queryRotation, [inputs[0]])
    let keys = try g.add(keyRotation, [inputs[1]])
    return try g.add(attention, [queries, keys] + inputs.dropFirst(2))
  }
}
