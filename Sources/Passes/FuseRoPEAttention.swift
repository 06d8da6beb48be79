import Graphs
import Operators
import Tensors

extension Pass {
  /// Folds the rotary embedding of queries and keys into the attention that reads them. Rotations that are
  /// given their positions stay as they are.
  ///
  ///     attention(rope(q), rope(k), v[, bias])      ->  rotary_attention(q, k, v[, bias])
  ///     attention(axial_rope(q), axial_rope(k), v)  ->  axial_rotary_attention(q, k, v)
  package static let fuseRoPEAttention = Pass(
    "fuse-rope-attention", "fold rotary embeddings into the attention that reads them",
    rewriting: Attention.self
  ) { (site, attention) throws(Diagnostic) in
    rotary(site, attention) ?? axialRotary(site, attention)
  }

  private static func rotary(_ site: Site, _ attention: Attention) -> Replacement? {
    guard let q = site.sole(RoPE.self, at: 0), let k = site.sole(RoPE.self, at: 1),
      q.inputs.count == 1, k.inputs.count == 1,
      let fused = RotaryAttention(attention, queries: q.op, keys: k.op)
    else { return nil }
    return .with(fused, [q.inputs[0], k.inputs[0]] + site.inputs.dropFirst(2))
  }

  private static func axialRotary(_ site: Site, _ attention: Attention) -> Replacement? {
    guard let q = site.sole(AxialRoPE.self, at: 0), let k = site.sole(AxialRoPE.self, at: 1),
      q.op == k.op, site.inputs.count == 3,
      let fused = AxialRotaryAttention(attention, rotation: q.op)
    else { return nil }
    return .with(fused, q.inputs[0], k.inputs[0], site.inputs[2])
  }
}
