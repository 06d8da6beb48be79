import Glibc
package import Graphs
package import Tensors

/// The number from 0 up whose hyperbolic cosine is `x`; NaN below 1.
package struct ArCosh: ElementwiseOp {
  package static let name = "acosh"
  package init() {}

  package static func apply(_ x: Double) -> Double { Glibc.acosh(x) }

  package static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.rsqrt(g.add(g.square(x), plus: -1))
  }
}
