package import Graphs
package import Tensors

/// `y = x²`.
package struct Square: ElementwiseOp {
  package static let name = "square"
  package init() {}

  package static func apply(_ x: Double) -> Double { x * x }

  package static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.multiply(x, by: 2)
  }
}
