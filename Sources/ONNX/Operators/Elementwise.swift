import Graphs
import Operators
import Tensors

extension Operator {
  /// Operators that work element by element.
  static let elementwise: [Operator] = [
    .unary("Exp", Exp()), .unary("Log", Log()), .unary("Sin", Sin()), .unary("Cos", Cos()),
    .unary("Tanh", Tanh()), .unary("Sigmoid", Sigmoid()), .unary("Erf", Erf()), .unary("Sqrt", Sqrt()),
    .unary("Reciprocal", Reciprocal()), .unary("Neg", Negate()), .unary("Abs", Abs()),
    .unary("Relu", ReLU()),
    .binary("Add", Add()), .binary("Sub", Subtract()), .binary("Mul", Multiply()),
    .binary("Div", Divide()),
    Operator("Pow", since: 7) { (call) throws(Diagnostic) in
      let base = try call.input(0)
      return try call.g.power(base, call.g.cast(call.input(1), to: call.type(base).element))
    },
    Operator("Where", since: 9) { (call) throws(Diagnostic) in
      try call.g.where(call.input(0), call.input(1), call.input(2))
    },
  ]

  /// An operator of one input that is `op`.
  private static func unary(_ name: String, _ op: any Op) -> Operator {
    Operator(name) { (call) throws(Diagnostic) in try call.g.add(op, [call.input(0)]) }
  }

  /// An operator of two inputs that broadcast, which is `op`. Before version 7 the second one had to say so.
  private static func binary(_ name: String, _ op: any Op) -> Operator {
    Operator(name) { (call) throws(Diagnostic) in
      var operand = try call.input(1)
      if call.version < 7 { operand = try call.aligned(operand, with: call.input(0)) }
      return try call.g.add(op, [call.input(0), operand])
    }
  }
}

extension Call {
  /// `value` with axes of length 1 behind, so that its axes stand at `axis` of `whole`: how operators broadcast
  /// before version 7.
  func aligned(_ value: Value, with whole: Value) throws(Diagnostic) -> Value {
    guard try flag("broadcast"), let axis = try integer("axis") else { return value }
    let (type, rank) = (type(value), type(whole).rank)
    let behind = rank - type.rank - (axis < 0 ? axis + rank : axis)
    guard behind >= 0 else { throw refusal("broadcasts \(type) from axis \(axis) on, which is outside") }
    return try g.reshape(value, type.dims + Array(repeating: 1, count: behind))
  }
}
