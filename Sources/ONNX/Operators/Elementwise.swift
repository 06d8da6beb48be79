import Graphs
import Operators
import Tensors

extension Operator {
  /// Operators that compute each element from the same element of every input.
  static let elementwise: [Operator] = [
    .unary("Exp", Exp()), .unary("Log", Log()), .unary("Sin", Sin()), .unary("Cos", Cos()),
    .unary("Tanh", Tanh()), .unary("Sigmoid", Sigmoid()), .unary("Erf", Erf()), .unary("Sqrt", Sqrt()),
    .unary("Reciprocal", Reciprocal()), .unary("Neg", Negate()), .unary("Abs", Abs()),
    .unary("Round", Round()), .unary("Ceil", Ceil()), .unary("Floor", Floor()), .unary("Sign", Sign()),
    .unary("Tan", Tan()), .unary("Acos", ArcCos()), .unary("Asin", ArcSin()), .unary("Atan", ArcTan()),
    .unary("Sinh", Sinh()), .unary("Cosh", Cosh()), .unary("Acosh", ArCosh()), .unary("Asinh", ArSinh()),
    .unary("Atanh", ArTanh()),
    .binary("Add", Add()), .binary("Sub", Subtract()), .binary("Mul", Multiply()),
    .binary("Div", Divide()),
    .fold("Max", Maximum()), .fold("Min", Minimum()), .fold("Sum", Add()),
    Operator("Mean") { (call) throws(Diagnostic) in
      let sum = try call.folded(by: Add())
      return try call.g.divide(sum, call.g.constant(Double(call.inputs.count), like: sum))
    },
    Operator("Mod", since: 10) { (call) throws(Diagnostic) in
      try call.g.add(call.flag("fmod") ? Remainder() : Modulo(), [call.input(0), call.input(1)])
    },
    Operator("Pow", power), Operator("Clip", clip),
    Operator("Where", since: 9) { (call) throws(Diagnostic) in
      try call.g.where(call.input(0), call.input(1), call.input(2))
    },
  ]

  /// An operator of one input that is `op`.
  static func unary(_ name: String, _ op: any Op) -> Operator {
    Operator(name) { (call) throws(Diagnostic) in try call.g.add(op, [call.input(0)]) }
  }

  /// An operator of two inputs that broadcast, which is `op`.
  static func binary(_ name: String, _ op: any Op) -> Operator {
    Operator(name) { (call) throws(Diagnostic) in
      try call.g.add(op, [call.input(0), call.secondOperand()])
    }
  }

  /// An operator of any number of inputs that `op` puts together two by two.
  private static func fold(_ name: String, _ op: any Op) -> Operator {
    Operator(name) { (call) throws(Diagnostic) in try call.folded(by: op) }
  }

  /// The result has the type of the base whatever the exponent is; a whole base with another exponent is
  /// computed in `f64`.
  @Sendable private static func power(_ call: Call) throws(Diagnostic) -> Value {
    let (base, exponent) = (try call.input(0), try call.secondOperand())
    let element = call.type(base).element
    guard element.isInteger, !call.type(exponent).element.isInteger else {
      return try call.g.power(base, call.g.cast(exponent, to: element))
    }
    let power = try call.g.power(call.g.cast(base, to: .f64), call.g.cast(exponent, to: .f64))
    return try call.g.cast(power, to: element)
  }

  /// `min(max(x, least), most)`; before version 11 the bounds are attributes.
  @Sendable private static func clip(_ call: Call) throws(Diagnostic) -> Value {
    let x = try call.input(0)
    var (least, most) = (call.optional(1), call.optional(2))
    if call.version < 11 {
      if let bound = try call.real("min") { least = try call.g.constant(bound, like: x) }
      if let bound = try call.real("max") { most = try call.g.constant(bound, like: x) }
    }
    let raised = try least.map { (bound) throws(Diagnostic) in try call.g.maximum(x, bound) } ?? x
    return try most.map { (bound) throws(Diagnostic) in try call.g.minimum(raised, bound) } ?? raised
  }
}

extension Call {
  /// Input 1 as it broadcasts against input 0. Before version 7 a node has to say so.
  func secondOperand() throws(Diagnostic) -> Value {
    let operand = try input(1)
    return version < 7 ? try aligned(operand, with: input(0)) : operand
  }

  /// All inputs put together by `op`, from the first to the last.
  fileprivate func folded(by op: any Op) throws(Diagnostic) -> Value {
    var result = try input(0)
    for operand in try allInputs().dropFirst() { result = try g.add(op, [result, operand]) }
    return result
  }

  /// `value` with axes of length 1 behind, so that its axes stand at `axis` of `whole`: how operators broadcast
  /// before version 7.
  private func aligned(_ value: Value, with whole: Value) throws(Diagnostic) -> Value {
    guard try flag("broadcast"), let axis = try integer("axis") else { return value }
    let (type, rank) = (type(value), type(whole).rank)
    let start = try place(axis, rank: rank)
    guard start + type.rank <= rank else {
      throw refusal("broadcasts \(type) from axis \(axis) on, which is outside")
    }
    return try g.reshape(value, type.dims + Array(repeating: 1, count: rank - type.rank - start))
  }
}
