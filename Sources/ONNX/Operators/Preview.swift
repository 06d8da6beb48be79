import Graphs
import Operators
import Tensors

extension Operator {
  /// Operators of the domains that the format tries out: attention with graphs in it, and steps of optimizers.
  static let preview: [Operator] = [
    Operator("FlexAttention", domain: "ai.onnx.preview", flexAttention),
    .optimizer("Momentum", states: 1) { (call, step, x, g, states) throws(Diagnostic) in
      let isFirst = try call.g.less(
        step.count, call.g.constant(1, like: step.count))
      let (beta, one) = (
        try call.g.constant(call.real("beta", default: 0), like: x), try call.g.constant(1, like: x)
      )
      let weighted = try call.g.multiply(call.g.where(isFirst, one, beta), g)
      let alpha = try call.real("alpha", default: 0)
      let velocity = try call.g.add(call.g.multiply(states[0], by: alpha), weighted)
      var move = velocity
      switch try call.text("mode", default: "standard") {
      case "standard": break
      case "nesterov": move = try call.g.add(g, call.g.multiply(velocity, by: alpha))
      case let other: throw call.refusal("moves in mode \(other)")
      }
      return [try call.g.subtract(x, call.g.multiply(step.rate, move)), velocity]
    },
    .optimizer("Adagrad", states: 1) { (call, step, x, g, states) throws(Diagnostic) in
      let decay = try call.g.multiply(
        call.g.cast(step.count, to: call.type(x).element), by: call.real("decay_factor", default: 0))
      let rate = try call.g.divide(step.rate, call.g.add(decay, plus: 1))
      let power = try call.g.add(states[0], call.g.square(g))
      let root = try call.g.add(call.g.sqrt(power), plus: call.decimal("epsilon", default: 0))
      return [try call.g.subtract(x, call.g.divide(call.g.multiply(rate, g), root)), power]
    },
    .optimizer("Adam", states: 2) { (call, step, x, g, states) throws(Diagnostic) in
      let (alpha, beta) = (try call.decimal("alpha", default: 0.9), try call.decimal("beta", default: 0.999))
      func mixed(_ old: Value, _ new: Value, _ part: Double) throws(Diagnostic) -> Value {
        try call.g.add(call.g.multiply(old, by: part), call.g.multiply(new, by: 1 - part))
      }
      let velocity = try mixed(states[0], g, alpha)
      let power = try mixed(states[1], call.g.square(g), beta)
      let root = try call.g.add(call.g.sqrt(power), plus: call.decimal("epsilon", default: 1e-6))
      let count = try call.g.cast(step.count, to: .f64)
      func missing(_ part: Double) throws(Diagnostic) -> Value {
        let kept = try call.g.power(call.g.constant(part, like: count), count)
        return try call.g.subtract(call.g.constant(1, like: count), kept)
      }
      let factor = try call.g.divide(call.g.sqrt(missing(beta)), missing(alpha))
      let isFirst = try call.g.less(count, call.g.constant(1, like: count))
      let corrected = try call.g.where(isFirst, call.g.constant(1, like: count), factor)
      let rate = try call.g.multiply(step.rate, call.g.cast(corrected, to: call.type(x).element))
      let moved = try call.g.subtract(x, call.g.multiply(rate, call.g.divide(velocity, root)))
      let kept = try 1 - call.decimal("norm_coefficient_post", default: 0)
      return [try call.g.multiply(moved, by: kept), velocity, power]
    },
  ]

  /// The rate of learning and the number of the step, scalars.
  fileprivate typealias Step = (rate: Value, count: Value)
  /// The new parameter and its new states, from the parameter, its regularized gradient and its states.
  fileprivate typealias Update = @Sendable (Call, Step, Value, Value, [Value]) throws(Diagnostic) -> [Value]

  /// An operator that takes one step for any number of parameters. Inputs: the rate, the count, and then all
  /// parameters, all gradients, and each kind of state of all; outputs all new parameters and states alike.
  private static func optimizer(_ name: String, states: Int, _ update: @escaping Update) -> Operator {
    Operator(name, domain: "ai.onnx.preview.training") { (call) throws(Diagnostic) in
      let inputs = try call.allInputs()
      guard inputs.count > 2, (inputs.count - 2) % (states + 2) == 0 else {
        throw call.refusal("has \(inputs.count) inputs, not as many gradients and states as parameters")
      }
      let count = (inputs.count - 2) / (states + 2)
      let step = (try call.scalar(0), try call.scalar(1))
      let decay = try call.decimal("norm_coefficient", default: 0)
      var results: [[Value?]] = Array(repeating: [], count: states + 1)
      for index in 0..<count {
        let x = inputs[2 + index]
        let g = try call.g.add(call.g.multiply(x, by: decay), inputs[2 + count + index])
        let old = (0..<states).map { inputs[2 + (2 + $0) * count + index] }
        for (kind, value) in try update(call, step, x, g, old).enumerated() { results[kind].append(value) }
      }
      return results.flatMap(\.self)
    }
  }

  /// Attention of `[B, H, L, E]` whose scores and weights go through graphs of the node's.
  @Sendable private static func flexAttention(_ call: Call) throws(Diagnostic) -> Value {
    let (query, key, value) = (try call.type(of: 0), try call.type(of: 1), try call.type(of: 2))
    guard query.rank == 4, key.rank == 4, value.rank == 4,
      let groups = query.dims[1].dividedExactly(by: key.dims[1])
    else { throw call.refusal("attends from \(query) to \(key) and \(value)") }
    func repeated(_ x: Value) throws(Diagnostic) -> Value {
      guard groups != 1 else { return x }
      var dims = call.type(x).dims
      let heads = dims.remove(at: 1)
      let apart = try call.g.reshape(x, [dims[0], heads, 1] + dims[1...])
      let spread = try call.g.broadcast(apart, [dims[0], heads, groups] + dims[1...])
      return try call.g.reshape(spread, [dims[0], query.dims[1]] + dims[1...])
    }
    var root: Value
    if let scale = try call.real("scale") {
      root = try call.g.add(Constant([scale.squareRoot()], .f32()))
    } else {
      let depth = try call.g.add(Constant([0], .f32()))
      root = try call.g.rsqrt(call.g.sqrt(call.g.length(of: query.dims[3], like: depth)))
    }
    root = try call.g.cast(root, to: query.element)
    let keys = try call.g.transposeMatrix(call.g.multiply(repeated(call.input(1)), root))
    var scores = try call.g.matmul(call.g.multiply(call.input(0), root), keys)
    let stated = try call.element("softmax_precision")
    let precision = stated ?? (query.element.bits < 32 ? .f32 : query.element)
    guard precision.isFloat, precision.isArithmetic else { throw call.refusal("computes in \(precision)") }
    scores = try call.modified(call.g.cast(scores, to: precision), by: "score_mod")
    let weights = try call.modified(call.g.add(Softmax(axis: -1), [scores]), by: "prob_mod")
    let y = try call.g.matmul(weights, call.g.cast(repeated(call.input(2)), to: precision))
    return try call.g.cast(y, to: value.element)
  }
}

extension Call {
  /// `x` through the graph under `name`, where there is one.
  fileprivate func modified(_ x: Value, by name: String) throws(Diagnostic) -> Value {
    guard has(name) else { return x }
    guard let y = try translation.inline(graph(name), [x]).first, type(y) == type(x) else {
      throw refusal("has a graph \(name) that does not give \(type(x))")
    }
    return y
  }
}
