package import Graphs
package import Tensors

/// A smooth ramp: `y = log(1 + eˣ)`, written `max(x, 0) + log(1 + e^-|x|)` so that nothing overflows.
package struct Softplus: CompositeOp {
  package static let name = "softplus"

  package init() {}

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    throw Diagnostic("\(Self.name) has no expansion yet", kind: .software)
  }
}
