import Graphs
import Operators
import Tensors

extension Operator {
  /// Operators that say whether something holds.
  static let comparisons: [Operator] = [
    .binary("Equal", Equal()), .binary("Less", Less()),
    .binary("And", And()), .binary("Or", Or()), .binary("Xor", Xor()), .unary("Not", Not()),
    .unary("IsNaN", IsNaN()),
    Operator("IsInf") { (call) throws(Diagnostic) in
      let op = IsInfinite(
        positive: try call.flag("detect_positive", default: true),
        negative: try call.flag("detect_negative", default: true))
      return try call.g.add(op, [call.wide(call.input(0))])
    },
    Operator("Greater") { (call) throws(Diagnostic) in
      try call.g.less(call.secondOperand(), call.input(0))
    },
    Operator("LessOrEqual", since: 12) { (call) throws(Diagnostic) in
      try call.atMost(call.input(0), call.input(1))
    },
    Operator("GreaterOrEqual", since: 12) { (call) throws(Diagnostic) in
      try call.atMost(call.input(1), call.input(0))
    },
  ]
}

extension Call {
  /// `x` in `f32` where its elements are floats that are only for keeping, so that ops compute with it.
  func wide(_ x: Value) throws(Diagnostic) -> Value {
    let element = type(x).element
    return element.isFloat && !element.isArithmetic ? try g.cast(x, to: .f32) : x
  }

  /// Whether `a` is less than or equal to `b`; NaN is neither.
  func atMost(_ a: Value, _ b: Value) throws(Diagnostic) -> Value {
    try g.add(Or(), [g.less(a, b), g.equal(a, b)])
  }
}
