import Graphs
import Operators
import Tensors

extension Operator {
  /// Operators on the bits of elements.
  static let bits: [Operator] = [
    .binary("BitwiseAnd", BitwiseAnd()), .binary("BitwiseOr", BitwiseOr()),
    .binary("BitwiseXor", BitwiseXor()), .unary("BitwiseNot", BitwiseNot()),
    Operator("BitShift", since: 11) { (call) throws(Diagnostic) in
      let (x, count) = (try call.input(0), try call.input(1))
      switch try call.text("direction") {
      case "LEFT": return try call.shiftedLeft(x, by: count)
      case "RIGHT": return try call.shiftedRight(x, by: count)
      case let other: throw call.refusal("shifts to \(other ?? "no side")")
      }
    },
    Operator("BitCast", since: 26) { (call) throws(Diagnostic) in
      guard let element = try call.element("to") else { throw call.refusal("does not say to which type") }
      return try call.g.add(BitCast(element: element), [call.input(0)])
    },
  ]
}

extension Call {
  /// The bits of `x` moved up. A count that is negative or not below the width leaves none.
  fileprivate func shiftedLeft(_ x: Value, by count: Value) throws(Diagnostic) -> Value {
    guard let plain = type(x).element.unsigned else { return try g.add(ShiftLeft(), [x, count]) }
    let shifted = try g.add(ShiftLeft(), [g.cast(x, to: plain), g.cast(count, to: plain)])
    return try g.cast(shifted, to: type(x).element)
  }

  /// The bits of `x` moved down, those of its sign put in; a count as above leaves only these.
  fileprivate func shiftedRight(_ x: Value, by count: Value) throws(Diagnostic) -> Value {
    guard let plain = type(x).element.unsigned else { return try g.add(ShiftRight(), [x, count]) }
    let isNegative = try g.less(x, g.constant(0, like: x))
    let positive = try g.where(isNegative, g.add(BitwiseNot(), [x]), x)
    let shifted = try g.add(ShiftRight(), [g.cast(positive, to: plain), g.cast(count, to: plain)])
    let result = try g.cast(shifted, to: type(x).element)
    return try g.where(isNegative, g.add(BitwiseNot(), [result]), result)
  }
}

extension DType {
  /// The whole numbers without a sign of the width of these, which have one; `nil` iff they have none.
  fileprivate var unsigned: DType? {
    switch self {
    case .i8: .u8
    case .i16: .u16
    case .i32: .u32
    case .i64: .u64
    default: nil
    }
  }
}
