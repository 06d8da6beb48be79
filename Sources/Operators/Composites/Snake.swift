package import Graphs
package import Tensors

/// The periodic unit of the Oobleck autoencoder: `y = x + sin²(x·e^alpha) / (e^beta + 1e-9)`.
///
/// Inputs: x `[B, C, L]`; alpha and beta `[C]`, both logarithms, as the checkpoints hold them.
package struct Snake: CompositeOp {
  package static let name = "snake"

  package init() {}

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    try expectCount(inputs.map { g[$0].type }, 3)
    let (x, alpha, beta) = (inputs[0], inputs[1], inputs[2])
    let type = g[x].type
    guard type.rank == 3, g[alpha].type.dims == [type.dims[1]], g[beta].type == g[alpha].type else {
      throw .misfit(type, g[alpha].type, g[beta].type)
    }
    let columns: [Dim] = [type.dims[1], 1]
    let frequency = try g.reshape(g.exp(alpha), columns)
    let depth = try g.reciprocal(g.add(g.exp(beta), plus: 1e-9))
    let wave = try g.square(g.sin(g.multiply(x, frequency)))
    return try g.add(x, g.multiply(wave, g.reshape(depth, columns)))
  }
}

extension Diagnostic {
  fileprivate static func misfit(_ x: TensorType, _ alpha: TensorType, _ beta: TensorType) -> Diagnostic {
    Diagnostic("snake takes x [B, C, L] and alpha and beta [C], but is given \(x), \(alpha) and \(beta)")
  }
}
