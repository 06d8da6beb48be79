import Graphs
import Operators
import Tensors

extension Wording {
  /// Ops that compute each element from the same one of their inputs.
  static let elementwise: [Wording] = [
    unary(Exp.self, "Exp"), unary(Log.self, "Log"), unary(Sin.self, "Sin"), unary(Cos.self, "Cos"),
    unary(Tanh.self, "Tanh"), unary(Sigmoid.self, "Sigmoid"), unary(Erf.self, "Erf"),
    unary(Sqrt.self, "Sqrt"), unary(Reciprocal.self, "Reciprocal"), unary(Abs.self, "Abs"),
    unary(Tan.self, "Tan"), unary(ArcSin.self, "Asin"),
    unary(ArcCos.self, "Acos"), unary(ArcTan.self, "Atan"), unary(Sinh.self, "Sinh"),
    unary(Cosh.self, "Cosh"), unary(ArSinh.self, "Asinh"), unary(ArCosh.self, "Acosh"),
    unary(ArTanh.self, "Atanh"), unary(Floor.self, "Floor"), unary(Ceil.self, "Ceil"),
    unary(Round.self, "Round"), unary(Sign.self, "Sign"), unary(Not.self, "Not"),
    unary(BitwiseNot.self, "BitwiseNot"),
    binary(Add.self, "Add"), binary(Subtract.self, "Sub"), binary(Multiply.self, "Mul"),
    binary(Divide.self, "Div"), binary(Maximum.self, "Max"), binary(Minimum.self, "Min"),
    binary(Power.self, "Pow"), binary(And.self, "And"), binary(Or.self, "Or"), binary(Xor.self, "Xor"),
    binary(BitwiseAnd.self, "BitwiseAnd"), binary(BitwiseOr.self, "BitwiseOr"),
    binary(BitwiseXor.self, "BitwiseXor"),
    binary(ShiftLeft.self, "BitShift", [.text("direction", "LEFT")]),
    binary(ShiftRight.self, "BitShift", [.text("direction", "RIGHT")]),
    binary(Remainder.self, "Mod", [.integer("fmod", 1)]),
    Wording(Square.self) { (_, phrase) throws(Diagnostic) in
      let x = try phrase.input(0)
      return try phrase.write("Mul", [x, x])
    },
    Wording(Rsqrt.self) { (_, phrase) throws(Diagnostic) in
      try phrase.write("Reciprocal", [phrase.write("Sqrt", [phrase.input(0)])])
    },
    Wording(ReLU.self) { (_, phrase) throws(Diagnostic) in
      let x = try phrase.input(0)
      guard !OperatorTypes.has("Relu", x.element, opset: phrase.opset) else {
        return try phrase.write("Relu", [x])
      }
      return try phrase.write("Max", [x, phrase.number(0, x.element)])
    },
    Wording(Negate.self) { (_, phrase) throws(Diagnostic) in
      let x = try phrase.input(0)
      guard !OperatorTypes.has("Neg", x.element, opset: phrase.opset) else {
        return try phrase.write("Neg", [x])
      }
      return try phrase.write("Sub", [phrase.number(0, x.element), x])
    },
    Wording(Modulo.self, modulo),
    Wording(Cast.self) { (op, phrase) throws(Diagnostic) in
      let isTiny = op.element.isFloat && op.element.bits <= 8
      var attributes: [AttributeProto] = []
      if isTiny, op.saturate == false { attributes.append(.integer("saturate", 0)) }
      if let scale = op.scale { attributes.append(.text("round_mode", scale.rawValue)) }
      return try phrase.cast(phrase.input(0), to: op.element, attributes)
    },
  ]

  private static func unary<Said: Op>(_ op: Said.Type, _ operatorName: String) -> Wording {
    Wording(op) { (_, phrase) throws(Diagnostic) in try phrase.write(operatorName, [phrase.input(0)]) }
  }

  private static func binary<Said: Op>(
    _ op: Said.Type, _ operatorName: String, _ attributes: [AttributeProto] = []
  ) -> Wording {
    Wording(op) { (_, phrase) throws(Diagnostic) in
      try phrase.write(operatorName, phrase.allInputs(), attributes)
    }
  }

  /// ONNX's `Mod` has the sign of the divisor for whole numbers only; for floats a rest of the other sign is
  /// moved up by the divisor.
  @Sendable private static func modulo(_ op: Modulo, _ phrase: Phrase) throws(Diagnostic) -> Operand? {
    let (a, b) = (try phrase.input(0), try phrase.input(1))
    guard a.element.isFloat else { return try phrase.write("Mod", [a, b]) }
    let rest = try phrase.write("Mod", [a, b], [.integer("fmod", 1)])
    let zero = try phrase.number(0, a.element)
    let isNegative = try phrase.write("Less", [rest, zero], gives: .bool)
    let isOpposite = try phrase.write(
      "Xor", [isNegative, phrase.write("Less", [b, zero], gives: .bool)])
    let isZero = try phrase.write("Equal", [rest, zero], gives: .bool)
    let isWrong = try phrase.write("And", [isOpposite, phrase.write("Not", [isZero])])
    return try phrase.write("Where", [phrase.write("Add", [rest, b]), rest], leading: [isWrong])
  }
}
