import Glibc
package import Graphs
package import Tensors

/// The angle in radians whose sine is `x`; NaN outside [-1, 1].
package struct ArcSin: ElementwiseOp {
  package static let name = "asin"
  package init() {}

  package static func apply(_ x: Double) -> Double { Glibc.asin(x) }

  package static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.rsqrt(g.add(g.negate(g.square(x)), plus: 1))
  }
}
