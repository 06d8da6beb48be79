package import Graphs
package import Tensors

/// Rotary position embedding: turns each pair of features by an angle that grows with the token's position.
///
/// Inputs: x `[B, N, heads·D]`, optionally positions `[N]`. Result: the type of x. In each head the first
/// `dims` features form `dims/2` pairs, the rest pass through; pair i of token n turns by
/// `p(n)·base^(-2i/dims)`, where `p(n)` is `start + step·n`, or `positions[n]` where given:
///
///     (a, b)  ->  (a·cos - b·sin, b·cos + a·sin)
///
/// The angles are computed in `f32`, in the order of the upstream implementations. They depend on no input,
/// so that tables of them are made once a load.
package struct RoPE: CompositeOp {
  package static let name = "rope"
  package var heads: Int
  /// How many features of each head turn; even.
  package var dims: Int
  package var base: Double
  package var style: Style
  package var start: Double
  package var step: Double

  /// Which features form pair i.
  package enum Style: String, Codable, Sendable {
    /// i and i + dims/2.
    case half
    /// 2i and 2i + 1.
    case interleaved
  }

  package init(
    heads: Int, dims: Int, base: Double = 10000, style: Style = .half, start: Double = 0, step: Double = 1
  ) {
    (self.heads, self.dims, self.base) = (heads, dims, base)
    (self.style, self.start, self.step) = (style, start, step)
  }

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    throw Diagnostic("\(Self.name) has no expansion yet", kind: .software)
  }
}
