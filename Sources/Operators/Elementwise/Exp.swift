import Glibc
package import Graphs
package import Tensors

/// `y = eˣ`.
package struct Exp: ElementwiseOp {
  package static let name = "exp"
  package init() {}

  package static func apply(_ x: Double) -> Double { Glibc.exp(x) }

  package static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    y
  }
}
