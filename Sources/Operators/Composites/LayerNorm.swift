package import Graphs
package import Tensors

/// Rows of mean 0 and variance 1: `y = (x - mean(x)) / √(variance(x) + eps) · scale + bias`, over the last
/// axis.
///
/// Inputs: x `[…, K]`, optionally scale `[K]`, behind it optionally bias `[K]`. The variance is the biased
/// one.
package struct LayerNorm: CompositeOp {
  package static let name = "layer_norm"
  package var eps: Double

  package init(eps: Double) { self.eps = eps }

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    try expectCount(inputs.map { g[$0].type }, 1...3)
    let x = inputs[0]
    for row in inputs.dropFirst() { try g[row].type.expectRow(of: g[x].type) }
    let centered = try g.subtract(x, g.mean(x, axes: [-1]))
    let variance = try g.mean(g.square(centered), axes: [-1])
    var y = try g.multiply(centered, g.rsqrt(g.add(variance, plus: eps)))
    if inputs.count > 1 { y = try g.multiply(y, inputs[1]) }
    if inputs.count > 2 { y = try g.add(y, inputs[2]) }
    return y
  }

  package func fusedGradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?]? {
    let x = site.inputs[0]
    var parts: [Value?] = [nil]
    if site.wanted[0] {
      let scale = site.inputs.dropFirst().prefix(1)
      parts[0] = try g.add(LayerNormGradient(eps: eps), [x, site.upstream] + scale)
    }
    if site.inputs.count > 1 {
      parts.append(
        site.wanted[1] ? try g.multiply(g.add(LayerNorm(eps: eps), [x]), site.upstream) : nil)
    }
    if site.inputs.count > 2 { parts.append(site.upstream) }
    return parts
  }
}
