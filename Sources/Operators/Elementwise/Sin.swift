import Glibc
package import Graphs
package import Tensors

/// The sine of radians.
package struct Sin: ElementwiseOp {
  package static let name = "sin"
  package init() {}

  package static func apply(_ x: Double) -> Double { Glibc.sin(x) }

  package static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.cos(x)
  }
}
