import Glibc
package import Graphs
package import Tensors

/// The angle in radians whose tangent is `x`.
package struct ArcTan: ElementwiseOp {
  package static let name = "atan"
  package init() {}

  package static func apply(_ x: Double) -> Double { Glibc.atan(x) }

  package static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.reciprocal(g.add(g.square(x), plus: 1))
  }
}
