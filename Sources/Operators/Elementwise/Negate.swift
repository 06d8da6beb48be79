package import Graphs
package import Tensors

/// `y = -x`.
package struct Negate: ElementwiseOp, WholePointwiseOp {
  package static let name = "negate"
  package init() {}

  package static func apply(_ x: Double) -> Double { -x }
  package static func apply<Whole: FixedWidthInteger>(_ x: Whole) -> Whole { 0 &- x }

  package static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.constant(-1, like: x)
  }
}
