package import Graphs
package import Tensors

/// A fully connected layer: `y = x·wᵀ + b`.
///
/// Inputs: x `[…, K]`, w `[N, K]` as torch keeps it, and optionally b `[N]`. Result: `[…, N]`.
package struct Linear: CompositeOp {
  package static let name = "linear"

  package init() {}

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    try expectCount(inputs.map { g[$0].type }, 2...3)
    let (x, weight) = (inputs[0], inputs[1])
    guard g[weight].type.rank == 2, g[weight].type.dims.last == g[x].type.dims.last else {
      throw .misfit(g[x].type, g[weight].type)
    }
    let product = try g.matmul(x, g.transpose(weight, [1, 0]))
    guard let bias = inputs.dropFirst(2).first else { return product }
    guard g[bias].type.dims == [g[weight].type.dims[0]] else {
      throw .misfit(bias: g[bias].type, g[weight].type)
    }
    return try g.add(product, bias)
  }

  /// Without a transposed weight: that would be one more copy of it.
  package func fusedGradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?]? {
    let (x, weight) = (site.inputs[0], site.inputs[1])
    let byInput = site.wanted[0] ? try g.matmul(site.upstream, weight) : nil
    var byWeight: Value?
    if site.wanted[1] {
      byWeight = try g.matmul(g.transposeMatrix(g.rows(of: site.upstream)), g.rows(of: x))
    }
    return [byInput, byWeight] + site.inputs.dropFirst(2).map { _ in site.upstream }
  }
}

extension Diagnostic {
  fileprivate static func misfit(_ x: TensorType, _ weight: TensorType) -> Diagnostic {
    Diagnostic("linear takes x […, K] and a weight [N, K], but is given \(x) and \(weight)")
  }
  fileprivate static func misfit(bias: TensorType, _ weight: TensorType) -> Diagnostic {
    Diagnostic("the bias of linear is \(bias), but the weight, \(weight), gives \(weight.dims[0]) features")
  }
}
