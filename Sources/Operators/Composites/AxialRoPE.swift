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
    try expectCount(inputs.map { g[$0].type }, 1)
    let type = g[inputs[0]].type
    guard grid.count == 3 else { throw .axes(grid) }
    guard type.rank == 3, let tokens = (grid[0] * grid[1]).flatMap({ $0 * grid[2] }), tokens == type.dims[1]
    else { throw .tokens(grid, type) }
    let pairs = try type.headSize(heads) / 3 / 2
    guard pairs > 0 else { throw .narrow(type, heads) }
    var tables: [Value] = []
    for (axis, length) in grid.enumerated() {
      var positions = try g.iota(length, type.element.ofAngles)
      if axis > 0, let span { positions = try spread(positions, length, to: span, in: &g) }
      let angles = try g.angles(positions, pairs: pairs, base: base, tiled: tiled)
      var dims: [Dim] = [1, 1, 1, Dim(2 * pairs)]
      dims[axis] = length
      tables.append(try g.broadcast(g.reshape(angles, dims), grid + [Dim(2 * pairs)]))
    }
    let angles = try g.reshape(g.concat(tables, axis: 3), [tokens, Dim(6 * pairs)])
    return try g.add(Rotate(heads: heads, style: .interleaved), [inputs[0], angles])
  }

  /// `0, 1, …, length - 1` spread from 0 to `span`; a single position stays 0.
  private func spread(_ positions: Value, _ length: Dim, to span: Double, in g: inout Graph)
    throws(Diagnostic) -> Value
  {
    let steps = try g.add(g.length(of: length, like: positions), plus: -1)
    return try g.divide(g.multiply(positions, by: span), g.maximum(steps, g.constant(1, like: positions)))
  }
}

extension Diagnostic {
  fileprivate static func axes(_ grid: [Dim]) -> Diagnostic {
    Diagnostic("the grid of axial_rope is \(grid), but it has three axes: frames, rows and columns")
  }
  fileprivate static func tokens(_ grid: [Dim], _ type: TensorType) -> Diagnostic {
    Diagnostic("axial_rope takes x [B, T·H·W, heads·D] of the grid \(grid), but is given \(type)")
  }
  fileprivate static func narrow(_ type: TensorType, _ heads: Int) -> Diagnostic {
    Diagnostic("axial_rope turns 6 features of a head and more, but \(type) has \(heads) heads")
  }
}
