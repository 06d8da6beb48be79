import Glibc
package import Graphs
package import Tensors

/// The hyperbolic tangent.
package struct Tanh: ElementwiseOp {
  package static let name = "tanh"
  package init() {}

  package static func apply(_ x: Double) -> Double { Glibc.tanh(x) }

  package static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.subtract(g.constant(1, like: y), g.square(y))
  }
}
