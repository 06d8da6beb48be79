import Glibc
package import Graphs
package import Tensors

/// The error function: `y = 2/√π · ∫₀ˣ e^(-t²) dt`.
package struct Erf: ElementwiseOp {
  package static let name = "erf"
  package init() {}

  package static func apply(_ x: Double) -> Double { Glibc.erf(x) }

  package static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.multiply(g.exp(g.negate(g.square(x))), by: 2 / Double.pi.squareRoot())
  }
}
