package import Graphs
package import Tensors

/// The three-axis rotary position embedding of V-JEPA 2: a third of each head turns with the frame, a third
/// with the row and a third with the column of the token.
///
/// Input: x `[B, T·H·W, heads·D]`, tokens in the order of `grid` = `[T, H, W]`, the last fastest. Result:
/// the type of x. A third has `2·⌊⌊D/3⌋/2⌋` features, what is left of D passes through. In each third the
/// features 2i and 2i+1 form a pair, and with `M` pairs there are the frequencies `ω[m] = base^(-m/M)`.
///
/// `tiled` is the published 2.0 weights' slip, which they were trained with: feature j turns by `p·ω[j mod
/// M]`, so that the two of a pair turn by different angles. Without it (2.1) both of pair i turn by
/// `p·ω[i]`.
package struct AxialRoPE: CompositeOp {
  package static let name = "axial_rope"
  package var heads: Int
  /// Frames, rows and columns; one may be named.
  package var grid: [Dim]
  package var base: Double
  package var tiled: Bool
  /// The position of the last row and of the last column, where rows and columns are spread from 0 to there
  /// (2.1: 15); without it they count 0, 1, 2, … as frames always do.
  package var span: Double?

  package init(heads: Int, grid: [Dim], base: Double = 10000, tiled: Bool = true, span: Double? = nil) {
    (self.heads, self.grid, self.base, self.tiled, self.span) = (heads, grid, base, tiled, span)
  }

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    throw Diagnostic("\(Self.name) has no expansion yet", kind: .software)
  }
}
