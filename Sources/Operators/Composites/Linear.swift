package import Graphs
package import Tensors

/// A fully connected layer: `y = x·wᵀ + b`.
///
/// Inputs: x `[…, K]`, w `[N, K]` as torch keeps it, and optionally b `[N]`. Result: `[…, N]`.
package struct Linear: CompositeOp {
  package static let name = "linear"

  package init() {}

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    throw Diagnostic("\(Self.name) has no expansion yet", kind: .software)
  }
}
