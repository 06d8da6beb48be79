package import Graphs
package import Tensors

/// The square root; NaN below 0.
package struct Sqrt: ElementwiseOp {
  package static let name = "sqrt"
  package init() {}

  package static func apply(_ x: Double) -> Double { x.squareRoot() }

  package static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.multiply(g.reciprocal(y), by: 0.5)
  }
}
