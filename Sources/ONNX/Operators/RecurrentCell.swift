import Graphs
import Operators
import Tensors

/// One step of a recurrent operator: from the projected input and the states to the next states.
///
/// The hidden state is the first of the states, `[B, H]` each.
struct RecurrentCell {
  let kind: Kind
  let activations: [RecurrentActivation]
  /// The greatest magnitude of what the activation of a gate is given; `nil` iff there is none.
  let clip: Double?
  /// Whether a GRU's reset follows the product with the recurrent weights, or an LSTM's forget gate is what its
  /// input gate leaves.
  let isVariant: Bool

  enum Kind {
    case plain, gru, lstm

    /// How many rows of H numbers the weights have.
    var gates: Int {
      switch self {
      case .plain: 1
      case .gru: 3
      case .lstm: 4
      }
    }
    var states: Int { self == .lstm ? 2 : 1 }
    var activations: [String] {
      switch self {
      case .plain: ["tanh"]
      case .gru: ["sigmoid", "tanh"]
      case .lstm: ["sigmoid", "tanh", "tanh"]
      }
    }
  }

  /// The next states. `x` is `[B, gates·H]` with its biases; `weights` is `[H, gates·H]`; `extra` are a GRU's bias
  /// of the candidate where it follows the product, `[H]`, or an LSTM's peepholes, `[3·H]`.
  func next(_ x: Value, _ states: [Value], _ weights: Value, extra: Value?, in g: inout Graph)
    throws(Diagnostic) -> [Value]
  {
    let h = states[0]
    switch kind {
    case .plain: return [try apply(0, g.add(x, g.matmul(h, weights)), &g)]
    case .gru: return [try gru(x, h, weights, bias: extra, &g)]
    case .lstm: return try lstm(g.add(x, g.matmul(h, weights)), states[1], peepholes: extra, &g)
    }
  }

  /// Gates in the order update, reset, candidate.
  private func gru(_ x: Value, _ h: Value, _ weights: Value, bias: Value?, _ g: inout Graph)
    throws(Diagnostic) -> Value
  {
    let size = g[h].type.dims[1]
    let update = try apply(
      0, g.add(part(0, of: x, size, &g), g.matmul(h, part(0, of: weights, size, &g))), &g)
    let reset = try apply(0, g.add(part(1, of: x, size, &g), g.matmul(h, part(1, of: weights, size, &g))), &g)
    let recurrent = try part(2, of: weights, size, &g)
    var memory: Value
    if isVariant {
      memory = try g.matmul(h, recurrent)
      if let bias { memory = try g.add(memory, bias) }
      memory = try g.multiply(reset, memory)
    } else {
      memory = try g.matmul(g.multiply(reset, h), recurrent)
    }
    let candidate = try apply(1, g.add(part(2, of: x, size, &g), memory), &g)
    let kept = try g.subtract(g.constant(1, like: update), update)
    return try g.add(g.multiply(kept, candidate), g.multiply(update, h))
  }

  /// Gates in the order input, output, forget, cell; peepholes input, output, forget.
  private func lstm(_ gates: Value, _ c: Value, peepholes: Value?, _ g: inout Graph)
    throws(Diagnostic) -> [Value]
  {
    let size = g[c].type.dims[1]
    func peeping(_ gate: Int, at cell: Value, _ g: inout Graph) throws(Diagnostic) -> Value {
      let x = try part(gate, of: gates, size, &g)
      guard let peepholes else { return x }
      return try g.add(x, g.multiply(part(gate, of: peepholes, size, &g), cell))
    }
    let input = try apply(0, peeping(0, at: c, &g), &g)
    let forget =
      isVariant
      ? try g.subtract(g.constant(1, like: input), input) : try apply(0, peeping(2, at: c, &g), &g)
    let candidate = try apply(1, part(3, of: gates, size, &g), &g)
    let cell = try g.add(g.multiply(forget, c), g.multiply(input, candidate))
    let output = try apply(0, peeping(1, at: cell, &g), &g)
    return [try g.multiply(output, activations[2](cell, in: &g)), cell]
  }

  /// The `size` numbers of gate `gate` on the last axis.
  private func part(_ gate: Int, of x: Value, _ size: Dim, _ g: inout Graph) throws(Diagnostic) -> Value {
    guard let start = size * Dim(gate) else { throw .gates(size) }
    return try g.slice(x, axis: -1, start: start, length: size)
  }

  private func apply(_ index: Int, _ x: Value, _ g: inout Graph) throws(Diagnostic) -> Value {
    guard let clip else { return try activations[index](x, in: &g) }
    let held = try g.minimum(g.maximum(x, g.constant(-clip, like: x)), g.constant(clip, like: x))
    return try activations[index](held, in: &g)
  }
}

extension Diagnostic {
  fileprivate static func gates(_ size: Dim) -> Diagnostic {
    Diagnostic("a recurrent cell of \(size) numbers has gates of no length")
  }
}
