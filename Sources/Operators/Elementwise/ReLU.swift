package import Graphs
package import Tensors

/// `y = max(x, 0)`; NaN stays NaN, the derivative at 0 is 0.
package struct ReLU: ElementwiseOp, WholePointwiseOp {
  package static let name = "relu"
  package init() {}

  package static func apply(_ x: Double) -> Double { x < 0 ? 0 : x }
  package static func apply<Whole: FixedWidthInteger>(_ x: Whole) -> Whole { max(x, 0) }

  package static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    let zero = try g.constant(0, like: x)
    return try g.where(g.less(zero, x), g.constant(1, like: x), zero)
  }
}
