import Glibc
package import Graphs
package import Tensors

/// The hyperbolic cosine: `(eˣ + e⁻ˣ) / 2`.
package struct Cosh: ElementwiseOp {
  package static let name = "cosh"
  package init() {}

  package static func apply(_ x: Double) -> Double { Glibc.cosh(x) }

  package static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.add(Sinh(), [x])
  }
}
