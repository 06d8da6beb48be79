import Glibc
package import Graphs
package import Tensors

/// The hyperbolic sine: `(eˣ - e⁻ˣ) / 2`.
package struct Sinh: ElementwiseOp {
  package static let name = "sinh"
  package init() {}

  package static func apply(_ x: Double) -> Double { Glibc.sinh(x) }

  package static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.add(Cosh(), [x])
  }
}
