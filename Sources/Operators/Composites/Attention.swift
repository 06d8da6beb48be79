package import Graphs
package import Tensors

/// Scaled dot-product attention over several heads: `softmax(scale·q·kᵀ + bias)·v`.
///
/// Inputs: q `[B, N, heads·D]`, k `[B, M, kv_heads·D]`, v `[B, M, kv_heads·E]`, optionally a bias that
/// broadcasts to `[B, heads, N, M]`. Result: `[B, N, heads·E]`. Heads are the outer part of the last axis.
/// Query head h reads key and value head `h / (heads / kv_heads)`. A query whose keys are all hidden (bias
/// -∞) gives zero.
package struct Attention: CompositeOp {
  package static let name = "attention"
  package var heads: Int
  /// Divides `heads`.
  package var kvHeads: Int
  package var scale: Double

  enum CodingKeys: String, CodingKey {
    case heads
    case kvHeads = "kv_heads"
    case scale
  }

  /// `kvHeads` is `heads` where not given.
  package init(heads: Int, kvHeads: Int? = nil, scale: Double) {
    (self.heads, self.kvHeads, self.scale) = (heads, kvHeads ?? heads, scale)
  }

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    throw Diagnostic("\(Self.name) has no expansion yet", kind: .software)
  }
}
