package import Graphs
package import Tensors

/// A weight kept as direction and length: `w = g·v / ‖v‖₂`, the norm over all axes but the first.
///
/// Inputs: v `[n, …]`, g `[n, 1, …]` or whatever else broadcasts to v. Result: the type of v. Depends on
/// parameters only, so it is computed once a load.
package struct WeightNorm: CompositeOp {
  package static let name = "weight_norm"

  package init() {}

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    try expectCount(inputs.map { g[$0].type }, 2)
    let (v, length) = (inputs[0], inputs[1])
    let axes = Array(g[v].type.dims.indices.dropFirst())
    guard !axes.isEmpty else { throw .flat(g[v].type) }
    let norm = try g.sqrt(g.sum(g.square(v), axes: axes))
    let weight = try g.multiply(v, g.divide(length, norm))
    guard g[weight].type == g[v].type else { throw .wider(g[length].type, g[v].type) }
    return weight
  }
}

extension Diagnostic {
  fileprivate static func flat(_ v: TensorType) -> Diagnostic {
    Diagnostic("weight_norm takes the norm over all axes but the first, but v is \(v)")
  }
  fileprivate static func wider(_ g: TensorType, _ v: TensorType) -> Diagnostic {
    Diagnostic("the lengths of weight_norm are \(g), which do not broadcast to v, \(v)")
  }
}
