import Glibc
package import Graphs
package import Tensors

/// The tangent of radians: `y' = 1 + y²`.
package struct Tan: ElementwiseOp {
  package static let name = "tan"
  package init() {}

  package static func apply(_ x: Double) -> Double { Glibc.tan(x) }

  package static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.add(g.square(y), plus: 1)
  }
}
