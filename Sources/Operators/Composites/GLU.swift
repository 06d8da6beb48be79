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
    try expectCount(inputs.map { g[$0].type }, 1)
    let type = g[inputs[0]].type
    guard let features = type.dims.last?.fixed, features.isMultiple(of: 2) else { throw .odd(type) }
    let half = Dim(features / 2)
    let value = try g.slice(inputs[0], axis: -1, start: 0, length: half)
    let gate = try g.slice(inputs[0], axis: -1, start: half, length: half)
    return try g.multiply(value, g.add(activation.op, [gate]))
  }

  package func fusedGradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?]? {
    [try g.add(GLUGradient(activation: activation), [site.inputs[0], site.upstream])]
  }
}

extension GLU.Activation {
  var op: any Op {
    switch self {
    case .silu: SiLU()
    case .gelu: GELU()
    case .geluTanh: GELU(approximation: .tanh)
    case .sigmoid: Sigmoid()
    }
  }
}

extension Diagnostic {
  fileprivate static func odd(_ type: TensorType) -> Diagnostic {
    Diagnostic("glu halves the last axis, but x is \(type)")
  }
}
