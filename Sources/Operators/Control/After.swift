package import Graphs
package import Tensors

/// The first operand, not before the second is computed.
///
///     %late = after(%x, %gradient)
///     %h    = exp(%late)               not equal to exp(%x): its memory is needed from the gradient on
package struct After: Op {
  package static let name = "after"

  package init() {}

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 2)
    return inputs[0]
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor { inputs[0] }

  package func view(_ inputs: [TensorType], _ output: TensorType) -> View? { View() }

  package func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost { Cost() }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    [site.upstream, nil]
  }
}
