package import Graphs
package import Tensors

/// Turns the pairs of features of each head by angles: `(a, b)  ->  (a·cos - b·sin, b·cos + a·sin)`.
///
/// Inputs: x `[B, N, heads·D]` and the angle of each feature at each token, `[N, R]`, `f32` or `f64`.
/// Result: the type of x. In each head the first R features turn, the rest pass through.
package struct Rotate: CompositeOp {
  package static let name = "rotate"
  package var heads: Int
  package var style: RoPE.Style

  package init(heads: Int, style: RoPE.Style) { (self.heads, self.style) = (heads, style) }

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    try expectCount(inputs.map { g[$0].type }, 2)
    let split = try g.splitting(inputs[0], heads: heads)
    let (type, table) = (g[split].type, g[inputs[1]].type)
    guard table.rank == 2, table.dims[0] == type.dims[1], let size = type.dims[3].fixed,
      let turning = table.dims[1].fixed, turning <= size, turning.isMultiple(of: 2)
    else { throw .misfit(type, table) }
    let columns = try g.reshape(inputs[1], [table.dims[0], 1, table.dims[1]])
    let cosines = try g.cast(g.cos(columns), to: type.element)
    let sines = try g.cast(g.sin(columns), to: type.element)
    let head = try g.slice(split, axis: 3, start: 0, length: Dim(turning))
    let turned = try g.add(
      g.multiply(head, cosines), g.multiply(quarterTurn(head, pairs: turning / 2, in: &g), sines))
    guard turning < size else { return try g.merging(turned) }
    let rest = try g.slice(split, axis: 3, start: Dim(turning), length: Dim(size - turning))
    return try g.merging(g.concat([turned, rest], axis: 3))
  }

  /// Each pair (a, b) of the last axis of `[B, N, H, 2·pairs]` as (-b, a).
  private func quarterTurn(_ x: Value, pairs: Int, in g: inout Graph) throws(Diagnostic) -> Value {
    let dims = g[x].type.dims
    let axis = style == .half ? 3 : 4
    let split = try g.reshape(x, dims[..<3] + (style == .half ? [2, Dim(pairs)] : [Dim(pairs), 2]))
    let first = try g.slice(split, axis: axis, start: 0, length: 1)
    let second = try g.slice(split, axis: axis, start: 1, length: 1)
    return try g.reshape(g.concat([g.negate(second), first], axis: axis), dims)
  }
}

extension Diagnostic {
  fileprivate static func misfit(_ x: TensorType, _ angles: TensorType) -> Diagnostic {
    Diagnostic(
      "rotate is given the heads \(x) and the angles \(angles)",
      help: "it takes an even number of angles for each token, at most as many as a head has features")
  }
}
