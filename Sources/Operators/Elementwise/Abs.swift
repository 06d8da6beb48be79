package import Graphs
package import Tensors

/// `y = |x|`; the derivative at 0 is 0.
package struct Abs: ElementwiseOp, WholePointwiseOp {
  package static let name = "abs"
  package init() {}

  package static func apply(_ x: Double) -> Double { x.magnitude }
  package static func apply<Whole: FixedWidthInteger>(_ x: Whole) -> Whole { x < 0 ? 0 &- x : x }

  package static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    let zero = try g.constant(0, like: x)
    let rising = try g.where(g.less(zero, x), g.constant(1, like: x), zero)
    return try g.where(g.less(x, zero), g.constant(-1, like: x), rising)
  }
}
