import Graphs
import Operators
import Tensors

extension Operator {
  /// Operators that say whether something holds.
  static let comparisons: [Operator] = [
    .binary("Equal", Equal()), .binary("Less", Less()),
    .binary("And", And()), .binary("Or", Or()), .binary("Xor", Xor()), .unary("Not", Not()),
    .unary("IsNaN", IsNaN()),
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
  /// Whether `a` is less than or equal to `b`; NaN is neither.
  func atMost(_ a: Value, _ b: Value) throws(Diagnostic) -> Value {
    try g.add(Or(), [g.less(a, b), g.equal(a, b)])
  }
}
