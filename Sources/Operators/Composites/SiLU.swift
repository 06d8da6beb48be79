package import Graphs
package import Tensors

/// The sigmoid-weighted unit, also called swish: `y = x·sigmoid(x)`.
package struct SiLU: CompositeOp {
  package static let name = "silu"

  package init() {}

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    throw Diagnostic("\(Self.name) has no expansion yet", kind: .software)
  }
}
