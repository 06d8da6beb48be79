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
/// The angles are computed in `f32` (`f64` for such an x), in the order of the upstream implementations. Those
/// that depend on no input are made into tables once a load.
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
    try expectCount(inputs.map { g[$0].type }, 1...2)
    let type = g[inputs[0]].type
    guard dims > 0, dims.isMultiple(of: 2) else { throw .unpaired(dims) }
    guard type.rank == 3 else { throw .rank(type) }
    let positions: Value
    if let given = inputs.dropFirst().first {
      guard g[given].type.dims == [type.dims[1]] else { throw .positions(g[given].type, type) }
      positions = try g.cast(given, to: type.element.ofAngles)
    } else {
      positions = try g.add(g.multiply(g.iota(type.dims[1], type.element.ofAngles), by: step), plus: start)
    }
    let angles = try g.angles(positions, pairs: dims / 2, base: base, tiled: style == .half)
    return try g.add(Rotate(heads: heads, style: style), [inputs[0], angles])
  }

  /// Turned back: a rotation's gradient is the rotation the other way.
  package func fusedGradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?]? {
    guard site.inputs.count == 1 else { return nil }
    let back = RoPE(heads: heads, dims: dims, base: base, style: style, start: -start, step: -step)
    return [try g.add(back, [site.upstream])]
  }
}

extension Diagnostic {
  fileprivate static func unpaired(_ dims: Int) -> Diagnostic {
    Diagnostic("rope turns pairs of features, but dims is \(dims)")
  }
  fileprivate static func rank(_ type: TensorType) -> Diagnostic {
    Diagnostic("rope takes x [B, N, heads·D], but is given \(type)")
  }
  fileprivate static func positions(_ positions: TensorType, _ x: TensorType) -> Diagnostic {
    Diagnostic("the positions of rope are \(positions), but x, \(x), has \(x.dims[1]) tokens")
  }
}
