package import Graphs
package import Tensors

/// `y = 1 / x`.
package struct Reciprocal: ElementwiseOp {
  package static let name = "reciprocal"
  package init() {}

  package static func apply(_ x: Double) -> Double { 1 / x }

  package static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.negate(g.square(y))
  }
}
