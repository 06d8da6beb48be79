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
    throw Diagnostic("\(Self.name) has no expansion yet", kind: .software)
  }
}
