import Graphs
import Operators
import Tensors

extension Operator {
  /// Units that bend, cut or shift what they are given.
  static let units: [Operator] = [
    Operator("PRelu") { (call) throws(Diagnostic) in
      let (x, slope) = (try call.input(0), try call.slopes())
      return try call.below(0, x, then: call.g.multiply(x, slope), else: x)
    },
    Operator("Selu") { (call) throws(Diagnostic) in
      // Before version 6 the numbers were given with fewer digits.
      let isRounded = call.version < 6
      let x = try call.input(0)
      let alpha = try call.real("alpha", default: isRounded ? 1.6732 : 1.67326319217681884765625)
      let bend = try call.g.multiply(call.g.add(call.g.exp(x), plus: -1), by: alpha)
      return try call.g.multiply(
        call.below(0, x, then: bend, else: x),
        by: call.real("gamma", default: isRounded ? 1.0507 : 1.05070102214813232421875))
    },
    Operator("Celu", since: 12) { (call) throws(Diagnostic) in
      let (x, alpha) = (try call.input(0), try call.real("alpha", default: 1))
      guard alpha != 0 else { throw call.refusal("divides by an alpha of 0") }
      let zero = try call.g.constant(0, like: x)
      let bend = try call.g.add(call.g.exp(call.g.multiply(x, by: 1 / alpha)), plus: -1)
      return try call.g.add(
        call.g.maximum(x, zero), call.g.minimum(call.g.multiply(bend, by: alpha), zero))
    },
    Operator("ThresholdedRelu", since: 10) { (call) throws(Diagnostic) in
      let x = try call.input(0)
      let threshold = try call.g.constant(call.real("alpha", default: 1), like: x)
      return try call.g.where(call.g.less(threshold, x), x, call.g.constant(0, like: x))
    },
    Operator("Softsign") { (call) throws(Diagnostic) in
      let x = try call.input(0)
      return try call.g.divide(x, call.g.add(call.g.abs(x), plus: 1))
    },
    Operator("HardSwish", since: 14) { (call) throws(Diagnostic) in
      let x = try call.input(0)
      let line = try call.g.add(call.g.multiply(x, by: 1 / 6), plus: 0.5)
      let held = try call.g.minimum(
        call.g.maximum(line, call.g.constant(0, like: x)), call.g.constant(1, like: x))
      return try call.g.multiply(x, held)
    },
    Operator("Mish", since: 18) { (call) throws(Diagnostic) in
      let x = try call.input(0)
      return try call.g.multiply(x, call.g.tanh(call.g.add(Softplus(), [x])))
    },
    Operator("Shrink", since: 9) { (call) throws(Diagnostic) in
      let (bias, bound) = (try call.real("bias", default: 0), try call.real("lambd", default: 0.5))
      return try call.throughFloats(call.input(0)) { (x) throws(Diagnostic) in
        let zero = try call.g.constant(0, like: x)
        let above = try call.g.where(
          call.g.less(call.g.constant(bound, like: x), x), call.g.add(x, plus: -bias), zero)
        return try call.below(-bound, x, then: call.g.add(x, plus: bias), else: above)
      }
    },
    Operator("Dropout", outputs: dropout),
  ]

  /// The input itself, and that nothing is dropped. What is drawn at random cannot be said.
  @Sendable private static func dropout(_ call: Call) throws(Diagnostic) -> [Value?] {
    let (x, type) = (try call.input(0), try call.type(of: 0))
    call.promise(type.element, rank: type.rank)
    call.promise(.bool, rank: type.rank, output: 1)
    var drops = false
    if call.version < 7 {
      let ratio = try call.real("ratio", default: 0.5)
      drops = try !call.flag("is_test") && ratio != 0
    } else if call.version >= 12, call.optional(2) != nil, try call.integers(2).first != 0 {
      let ratio = try call.optional(1) == nil ? 0.5 : call.tensor(1).reals().first
      drops = ratio != 0
    }
    guard !drops else { throw call.refusal("drops elements at random") }
    guard call.wants(1) else { return [x] }
    let kept = try call.g.add(Constant([1], TensorType(call.version < 10 ? type.element : .bool, [])))
    return [x, try call.g.broadcast(kept, type.dims)]
  }
}

extension Call {
  /// `low` where `x` is less than `bound`, else `high`.
  fileprivate func below(_ bound: Double, _ x: Value, then low: Value, else high: Value) throws(Diagnostic)
    -> Value
  {
    try g.where(g.less(x, g.constant(bound, like: x)), low, high)
  }

  /// Input 1 so that it broadcasts against input 0: before version 7 it holds a number a channel, or one.
  fileprivate func slopes() throws(Diagnostic) -> Value {
    let (slope, type) = (try input(1), try type(of: 1))
    guard version < 7, type.rank == 1, type.count != 1 else { return slope }
    return try channels(1, like: input(0), rank: self.type(of: 0).rank)
  }
}
