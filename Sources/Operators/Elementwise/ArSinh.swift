import Glibc
package import Graphs
package import Tensors

/// The number whose hyperbolic sine is `x`.
package struct ArSinh: ElementwiseOp {
  package static let name = "asinh"
  package init() {}

  package static func apply(_ x: Double) -> Double { Glibc.asinh(x) }

  package static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.rsqrt(g.add(g.square(x), plus: 1))
  }
}
