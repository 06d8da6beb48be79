package import Graphs
package import Tensors

/// The sigmoid-weighted unit, also called swish: `y = x·sigmoid(x)`.
package struct SiLU: CompositeOp {
  package static let name = "silu"

  package init() {}

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    try expectCount(inputs.map { g[$0].type }, 1)
    return try g.multiply(inputs[0], g.sigmoid(inputs[0]))
  }
}
