package import Graphs
package import Tensors

/// The Gaussian error unit: `y = x·Φ(x)`, Φ being the distribution function of the normal distribution.
package struct GELU: CompositeOp {
  package static let name = "gelu"
  package var approximation: Approximation

  package enum Approximation: String, Codable, Sendable {
    /// `Φ(x) = (1 + erf(x/√2)) / 2`.
    case none
    /// `Φ(x) ≈ (1 + tanh(√(2/π)·(x + 0.044715·x³))) / 2`; T5 v1.1's `gelu_new`.
    case tanh
  }

  package init(approximation: Approximation = .none) { self.approximation = approximation }

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    throw Diagnostic("\(Self.name) has no expansion yet", kind: .software)
  }
}
