import Glibc
package import Graphs
package import Tensors

/// The cosine of radians.
package struct Cos: ElementwiseOp {
  package static let name = "cos"
  package init() {}

  package static func apply(_ x: Double) -> Double { Glibc.cos(x) }

  package static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.negate(g.sin(x))
  }
}
