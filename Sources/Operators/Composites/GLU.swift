package import Graphs
package import Tensors

/// A gated linear unit: `y = value · activation(gate)`, value being the first half of the last axis of x
/// and gate the second.
///
/// Input: x `[…, 2F]`. Result: `[…, F]`.
package struct GLU: CompositeOp {
  package static let name = "glu"
  package var activation: Activation

  package enum Activation: String, Codable, Sendable {
    case silu, gelu, sigmoid
    case geluTanh = "gelu_tanh"
  }

  package init(activation: Activation) { self.activation = activation }

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    throw Diagnostic("\(Self.name) has no expansion yet", kind: .software)
  }
}
