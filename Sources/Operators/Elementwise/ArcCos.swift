import Glibc
package import Graphs
package import Tensors

/// The angle in radians whose cosine is `x`; NaN outside [-1, 1].
package struct ArcCos: ElementwiseOp {
  package static let name = "acos"
  package init() {}

  package static func apply(_ x: Double) -> Double { Glibc.acos(x) }

  package static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.negate(g.rsqrt(g.add(g.negate(g.square(x)), plus: 1)))
  }
}
