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
    throw Diagnostic("\(Self.name) has no expansion yet", kind: .software)
  }
}
