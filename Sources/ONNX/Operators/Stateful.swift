import Graphs
import Operators
import Tensors

extension Operator {
  /// Layers that hand a state from one piece of a sequence to the next.
  static let stateful: [Operator] = [
    Operator("CausalConvWithState", since: 27, outputs: causalConvolution),
    Operator("LinearAttention", since: 27, outputs: linearAttention),
  ]

  /// A convolution of each channel of `[N, C, L]` with the elements before: those of the state, then of x.
  @Sendable private static func causalConvolution(_ call: Call) throws(Diagnostic) -> [Value?] {
    let (x, type, weights) = (try call.input(0), try call.type(of: 0), try call.type(of: 1))
    guard type.rank == 3, weights.rank == 3, let channels = weights.dims[0].fixed, channels > 0,
      let past = weights.dims[2] - 1
    else { throw call.refusal("convolves \(type) with \(weights)") }
    let padded =
      if let state = call.optional(3) {
        try call.g.concat([state, x], axis: 2)
      } else {
        try call.g.pad(x, axis: 2, before: past, after: 0)
      }
    let conv = Conv(strides: [1], dilations: [1], before: [0], after: [0], groups: channels)
    var y = try call.g.add(conv, [padded, call.input(1)] + (call.optional(2).map { [$0] } ?? []))
    switch try call.text("activation", default: "none") {
    case "none": break
    case "silu", "swish":
      y = try call.g.cast(call.g.add(SiLU(), [call.g.cast(y, to: .f32)]), to: type.element)
    case let other: throw call.refusal("activates by \(other)")
    }
    guard call.wants(1) else { return [y] }
    return [y, try call.g.slice(padded, axis: 2, start: type.dims[2], length: past)]
  }

  /// Attention whose memory of keys and values is a matrix a head: a scan over the sequence.
  @Sendable private static func linearAttention(_ call: Call) throws(Diagnostic) -> [Value?] {
    let attention = try LinearMemory(call)
    let y = call.wants(0) ? try attention.output(call) : nil
    return [y, call.wants(1) ? try attention.state(call) : nil]
  }
}
