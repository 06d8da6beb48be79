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
    try expectCount(inputs.map { g[$0].type }, 1)
    let x = inputs[0]
    let bend =
      switch approximation {
      case .none: try g.erf(g.multiply(x, by: 0.5.squareRoot()))
      case .tanh: try g.tanh(g.multiply(cubic(x, in: &g), by: (2 / Double.pi).squareRoot()))
      }
    return try g.multiply(g.multiply(x, by: 0.5), g.add(bend, plus: 1))
  }

  /// `x + 0.044715·x³`.
  private func cubic(_ x: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.add(x, g.multiply(g.multiply(x, g.square(x)), by: 0.044715))
  }
}
