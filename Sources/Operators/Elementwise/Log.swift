import Glibc
package import Graphs
package import Tensors

/// The natural logarithm: `-∞` at 0, NaN below.
package struct Log: ElementwiseOp {
  package static let name = "log"
  package init() {}

  package static func apply(_ x: Double) -> Double { Glibc.log(x) }

  package static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.reciprocal(x)
  }
}
