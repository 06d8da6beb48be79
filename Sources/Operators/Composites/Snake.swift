package import Graphs
package import Tensors

/// The periodic unit of the Oobleck autoencoder: `y = x + sin²(x·e^alpha) / (e^beta + 1e-9)`.
///
/// Inputs: x `[B, C, L]`; alpha and beta `[C]`, both logarithms, as the checkpoints hold them.
package struct Snake: CompositeOp {
  package static let name = "snake"

  package init() {}

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    throw Diagnostic("\(Self.name) has no expansion yet", kind: .software)
  }
}
