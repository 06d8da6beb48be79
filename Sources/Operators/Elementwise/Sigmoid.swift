import Glibc
package import Graphs
package import Tensors

/// `y = 1 / (1 + e⁻ˣ)`.
package struct Sigmoid: ElementwiseOp {
  package static let name = "sigmoid"
  package init() {}

  package static func apply(_ x: Double) -> Double { 1 / (1 + Glibc.exp(-x)) }

  package static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.multiply(y, g.subtract(g.constant(1, like: y), y))
  }
}
