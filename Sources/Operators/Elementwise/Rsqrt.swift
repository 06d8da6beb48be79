package import Graphs
package import Tensors

/// `y = 1 / √x`.
package struct Rsqrt: ElementwiseOp {
  package static let name = "rsqrt"
  package init() {}

  package static func apply(_ x: Double) -> Double { 1 / x.squareRoot() }

  package static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.multiply(g.multiply(y, g.square(y)), by: -0.5)
  }
}
