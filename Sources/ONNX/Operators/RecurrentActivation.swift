import Graphs
import Operators
import Tensors

/// A function that a gate of a recurrent cell applies, with its numbers.
struct RecurrentActivation {
  private let kind: Kind
  private let alpha: Double
  private let beta: Double

  private enum Kind: String {
    case relu, tanh, sigmoid, affine, leakyrelu, thresholdedrelu, scaledtanh, hardsigmoid, elu, softsign
    case softplus

    /// What the function's numbers are where the node gives none; `nil` for one that it does not take.
    var numbers: (alpha: Double?, beta: Double?) {
      switch self {
      case .relu, .tanh, .sigmoid, .softsign, .softplus: (nil, nil)
      case .affine: (1, 0)
      case .leakyrelu: (0.01, nil)
      case .thresholdedrelu, .elu: (1, nil)
      case .scaledtanh: (1, 1)
      case .hardsigmoid: (0.2, 0.5)
      }
    }
  }

  /// The activations of all gates of all directions, `defaults` for each direction where the node names none.
  ///
  /// The numbers of the node go, in order, to those functions that take one.
  static func all(_ call: Call, defaults: [String], directions: Int) throws(Diagnostic)
    -> [[RecurrentActivation]]
  {
    let stated = try call.texts("activations") ?? []
    let names = stated.isEmpty ? Array(repeating: defaults, count: directions).flatMap(\.self) : stated
    guard names.count == defaults.count * directions else {
      throw call.refusal("names \(names.count) activations, not \(defaults.count * directions)")
    }
    var alphas = (try call.reals("activation_alpha") ?? [])[...]
    var betas = (try call.reals("activation_beta") ?? [])[...]
    var all: [RecurrentActivation] = []
    for name in names {
      guard let kind = Kind(rawValue: name.lowercased()) else { throw call.refusal("activates by \(name)") }
      let (alpha, beta) = kind.numbers
      all.append(
        RecurrentActivation(
          kind: kind, alpha: alpha.map { alphas.popFirst() ?? $0 } ?? 0,
          beta: beta.map { betas.popFirst() ?? $0 } ?? 0))
    }
    return (0..<directions).map { Array(all[$0 * defaults.count..<($0 + 1) * defaults.count]) }
  }

  func callAsFunction(_ x: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    let zero = try g.constant(0, like: x)
    switch kind {
    case .relu: return try g.relu(x)
    case .tanh: return try g.tanh(x)
    case .sigmoid: return try g.sigmoid(x)
    case .affine: return try g.add(g.multiply(x, by: alpha), plus: beta)
    case .leakyrelu: return try g.where(g.less(x, zero), g.multiply(x, by: alpha), x)
    case .thresholdedrelu: return try g.where(g.less(g.constant(alpha, like: x), x), x, zero)
    case .scaledtanh: return try g.multiply(g.tanh(g.multiply(x, by: beta)), by: alpha)
    case .hardsigmoid:
      let line = try g.add(g.multiply(x, by: alpha), plus: beta)
      return try g.minimum(g.maximum(line, zero), g.constant(1, like: x))
    case .elu:
      return try g.where(g.less(x, zero), g.multiply(g.add(g.exp(x), plus: -1), by: alpha), x)
    case .softsign: return try g.divide(x, g.add(g.abs(x), plus: 1))
    case .softplus: return try g.add(Softplus(), [x])
    }
  }
}
