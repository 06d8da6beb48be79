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
    throw Diagnostic("\(Self.name) has no expansion yet", kind: .software)
  }
}
