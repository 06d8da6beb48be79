package import Graphs
package import Tensors

/// The gradient of `layer_norm` by x: with `n = (x - mean(x)) / √(variance(x) + eps)` and `u` the gradient by the
/// result, times the scale,
///
///     (u - mean(u) - n·mean(u·n)) / √(variance(x) + eps)
///
/// Inputs: x `[…, K]`, the gradient by the result `[…, K]`, optionally scale `[K]`. Result: `[…, K]`.
package struct LayerNormGradient: CompositeOp {
  package static let name = "layer_norm_gradient"
  package var eps: Double

  package init(eps: Double) { self.eps = eps }

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    try expectCount(inputs.map { g[$0].type }, 2...3)
    let x = inputs[0]
    guard g[inputs[1]].type == g[x].type else { throw .upstream(g[inputs[1]].type, g[x].type) }
    for row in inputs.dropFirst(2) { try g[row].type.expectRow(of: g[x].type) }
    let centered = try g.subtract(x, g.mean(x, axes: [-1]))
    let variance = try g.mean(g.square(centered), axes: [-1])
    let factor = try g.rsqrt(g.add(variance, plus: eps))
    let normed = try g.multiply(centered, factor)
    let slope = inputs.count > 2 ? try g.multiply(inputs[1], inputs[2]) : inputs[1]
    let level = try g.mean(slope, axes: [-1])
    let tilt = try g.mean(g.multiply(slope, normed), axes: [-1])
    return try g.multiply(g.subtract(g.subtract(slope, level), g.multiply(normed, tilt)), factor)
  }
}

extension Diagnostic {
  fileprivate static func upstream(_ given: TensorType, _ x: TensorType) -> Diagnostic {
    Diagnostic("the gradient given for the layer norm is \(given), but x is \(x)")
  }
}
