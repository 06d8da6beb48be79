package import Graphs
package import Tensors

/// Attention of V-JEPA 2's encoder: `attention(axial_rope(q), axial_rope(k), v)`.
///
/// Inputs: q, k `[B, T·H·W, heads·D]` and v `[B, T·H·W, heads·E]`. Result: the type of v.
package struct AxialRotaryAttention: CompositeOp {
  package static let name = "axial_rotary_attention"
  package var heads: Int
  package var scale: Double
  package var grid: [Dim]
  package var base: Double
  package var tiled: Bool
  package var span: Double?

  /// The fusion of `attention` with `rotation` of both queries and keys, or `nil` iff their heads differ.
  package init?(_ attention: Attention, rotation: AxialRoPE) {
    guard attention.heads == rotation.heads, attention.kvHeads == rotation.heads else { return nil }
    (heads, scale) = (attention.heads, attention.scale)
    (grid, base, tiled, span) = (rotation.grid, rotation.base, rotation.tiled, rotation.span)
  }

  /// What follows the rotation.
  package var attention: Attention { Attention(heads: heads, scale: scale) }
  /// How queries and keys turn.
  package var rotation: AxialRoPE {
    AxialRoPE(heads: heads, grid: grid, base: base, tiled: tiled, span: span)
  }

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    try expectCount(inputs.map { g[$0].type }, 3)
    let queries = try g.add(rotation, [inputs[0]])
    let keys = try g.add(rotation, [inputs[1]])
    return try g.add(attention, [queries, keys, inputs[2]])
  }
}
