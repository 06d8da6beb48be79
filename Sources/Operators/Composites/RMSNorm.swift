package import Graphs
package import Tensors

/// Rows of unit root-mean-square: `y = x / √(mean(x²) + eps) · scale`, over the last axis; no mean is taken
/// off.
///
/// Inputs: x `[…, K]` and optionally scale `[K]`.
package struct RMSNorm: CompositeOp {
  package static let name = "rms_norm"
  package var eps: Double

  package init(eps: Double) { self.eps = eps }

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    try expectCount(inputs.map { g[$0].type }, 1...2)
    let x = inputs[0]
    for row in inputs.dropFirst() { try g[row].type.expectRow(of: g[x].type) }
    let power = try g.mean(g.square(x), axes: [-1])
    let y = try g.multiply(x, g.rsqrt(g.add(power, plus: eps)))
    return inputs.count > 1 ? try g.multiply(y, inputs[1]) : y
  }
}
