import Graphs
import Operators
import Tensors

extension Operator {
  /// What ONNX Runtime's optimizer puts in the place of several operators.
  static let fused: [Operator] = [
    .microsoft("FusedMatMul") { (call) throws(Diagnostic) in
      let a = try call.turned(call.input(0), "transA", "transBatchA")
      let b = try call.turned(call.input(1), "transB", "transBatchB")
      let product = try call.product(a, b)
      let alpha = try call.decimal("alpha", default: 1)
      return try alpha == 1 ? product : call.g.multiply(product, by: alpha)
    },
    .microsoft("FusedGemm") { (call) throws(Diagnostic) in try call.activated(call.gemm()) },
    .microsoft("FusedConv") { (call) throws(Diagnostic) in
      let y = try call.convolution()
      return try call.activated(call.optional(3).map { (z) throws(Diagnostic) in try call.g.add(y, z) } ?? y)
    },
    .microsoft("Gelu") { (call) throws(Diagnostic) in try call.g.add(GELU(), [call.input(0)]) },
    .microsoft("BiasGelu") { (call) throws(Diagnostic) in
      try call.g.add(GELU(), [call.g.add(call.input(0), call.input(1))])
    },
    .microsoft("FastGelu") { (call) throws(Diagnostic) in
      let x = try call.input(0)
      let sum = try call.optional(1).map { (bias) throws(Diagnostic) in try call.g.add(x, bias) } ?? x
      return try call.g.add(GELU(approximation: .tanh), [sum])
    },
    .microsoft("QuickGelu") { (call) throws(Diagnostic) in
      try call.swish(call.input(0), alpha: call.decimal("alpha", default: 1.702))
    },
    .microsoft("RotaryEmbedding") { (call) throws(Diagnostic) in
      // Its inputs stand in another order than those of the default domain.
      let positions = try call.input(1)
      guard call.type(positions).rank == 2 else { throw call.refusal("counts positions from an offset") }
      let heads = try call.integer("num_heads", default: 0)
      let features = try call.integer("rotary_embedding_dim", default: 0)
      let turned = heads > 0 ? heads : try call.headsOfTable(2)
      return try call.rotated(
        call.input(0), cosines: call.input(2), sines: call.input(3), positions: positions, heads: turned,
        features: features, isInterleaved: call.flag("interleaved"))
    },
    .microsoft("GroupNorm") { (call) throws(Diagnostic) in
      let last = try call.type(of: 0).rank - 1
      let isLast = try call.flag("channels_last", default: true)
      let x = try isLast ? call.g.transpose(call.input(0), [0, last] + Array(1..<last)) : call.input(0)
      let y = try call.normalizedGroups(of: x, count: call.integer("groups", default: 0), isByGroup: false)
      let activated = try call.integer("activation", default: 0) == 1 ? call.g.add(SiLU(), [y]) : y
      return try isLast ? call.g.transpose(activated, [0] + Array(2...last) + [1]) : activated
    },
    Operator("SimplifiedLayerNormalization", outputs: simplified),
    Operator("SimplifiedLayerNormalization", domain: microsoft, outputs: simplified),
    Operator("SkipSimplifiedLayerNormalization", domain: microsoft) { (call) throws(Diagnostic) in
      let sum = try call.skipped(bias: 3)
      let eps = try call.decimal("epsilon", default: 1e-12)
      return [try call.g.add(RMSNorm(eps: eps), [sum, call.input(2)]), nil, nil, sum]
    },
    Operator("SkipLayerNormalization", domain: microsoft) { (call) throws(Diagnostic) in
      let sum = try call.skipped(bias: 4)
      let op = LayerNorm(eps: try call.decimal("epsilon", default: 1e-12))
      return [
        try call.g.add(op, [sum, call.input(2)] + (call.optional(3).map { [$0] } ?? [])), nil, nil, sum,
      ]
    },
  ]

  /// The domain of ONNX Runtime's own operators.
  static let microsoft = "com.microsoft"

  /// An operator of that domain with one output.
  static func microsoft(
    _ name: String, _ translate: @escaping @Sendable (Call) throws(Diagnostic) -> Value
  ) -> Operator { Operator(name, domain: microsoft, translate) }

  @Sendable private static func simplified(_ call: Call) throws(Diagnostic) -> [Value?] {
    guard !call.wants(1) else { throw call.refusal("gives the inverse deviations") }
    return [try call.rmsNormalized()]
  }
}

extension Call {
  /// `x` with its last two axes exchanged, or its first moved before the last but one, where the node says so.
  fileprivate func turned(_ x: Value, _ matrix: String, _ batch: String) throws(Diagnostic) -> Value {
    var x = x
    let rank = type(x).rank
    guard rank >= 2 else { return x }
    if try flag(batch) { x = try g.transpose(x, Array(1..<rank - 1) + [0, rank - 1]) }
    return try flag(matrix) ? g.transposeMatrix(x) : x
  }

  /// `x` through the function under `activation`.
  fileprivate func activated(_ x: Value) throws(Diagnostic) -> Value {
    let numbers = try reals("activation_params") ?? []
    let alpha = try numbers.isEmpty ? real("activation_alpha") : numbers[0]
    switch try text("activation", default: "") {
    case "": return x
    case "Relu": return try g.relu(x)
    case "Tanh": return try g.tanh(x)
    case "Sigmoid": return try g.sigmoid(x)
    case "LeakyRelu":
      let slope = try g.multiply(x, by: alpha ?? 0.01)
      return try g.where(g.less(x, g.constant(0, like: x)), slope, x)
    case "Clip" where numbers.count == 2:
      return try g.minimum(g.maximum(x, g.constant(numbers[0], like: x)), g.constant(numbers[1], like: x))
    case let other: throw refusal("activates by \(other)")
    }
  }

  /// The sum of inputs 0 and 1 and of the bias, where there is one.
  fileprivate func skipped(bias index: Int) throws(Diagnostic) -> Value {
    guard !wants(1), !wants(2) else { throw refusal("gives means and deviations") }
    let sum = try g.add(input(0), input(1))
    return try optional(index).map { (bias) throws(Diagnostic) in try g.add(sum, bias) } ?? sum
  }

  /// How many heads the last axis of input 0 holds, each twice as wide as table `index`.
  fileprivate func headsOfTable(_ index: Int) throws(Diagnostic) -> Int? {
    guard let width = try type(of: index).dims.last?.fixed, width > 0,
      let features = try type(of: 0).dims.last?.fixed
    else { return nil }
    return features / width / 2
  }
}
