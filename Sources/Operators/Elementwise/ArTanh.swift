import Glibc
package import Graphs
package import Tensors

/// The number whose hyperbolic tangent is `x`; NaN outside [-1, 1].
package struct ArTanh: ElementwiseOp {
  package static let name = "atanh"
  package init() {}

  package static func apply(_ x: Double) -> Double { Glibc.atanh(x) }

  package static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.reciprocal(g.add(g.negate(g.square(x)), plus: 1))
  }
}
