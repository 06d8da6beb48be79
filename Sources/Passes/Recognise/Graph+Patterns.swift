import Graphs
import Operators
import Tensors

/// Small questions about the way a value is computed.
extension Graph {
  /// The number that `value` is, or `nil` iff it is no constant of a single element.
  func scalar(_ value: Value) -> Double? {
    guard let constant = self[value].as(Constant.self), constant.type.count == 1 else { return nil }
    return constant.values.first
  }

  /// Base and exponent where `value` is a square, or a power with the constant exponent 2 or 3.
  func power(_ value: Value) -> (base: Value, exponent: Int)? {
    let node = self[value]
    if node.op is Square { return (node.inputs[0], 2) }
    guard node.op is Power, let exponent = scalar(node.inputs[1]) else { return nil }
    return exponent == 2 ? (node.inputs[0], 2) : exponent == 3 ? (node.inputs[0], 3) : nil
  }

  /// What is squared in `value`, also as a product with itself.
  func squareRoot(of value: Value) -> Value? {
    if let (base, exponent) = power(value) { return exponent == 2 ? base : nil }
    let node = self[value]
    return node.op is Multiply && node.inputs[0] == node.inputs[1] ? node.inputs[0] : nil
  }

  /// The other summand where `value` is a sum with the number `number`.
  func summand(of value: Value, besides number: Double) -> Value? {
    guard let (rest, constant) = shifted(value), constant == number else { return nil }
    return rest
  }

  /// Both summands where one is a number.
  func shifted(_ value: Value) -> (rest: Value, number: Double)? {
    let node = self[value]
    guard node.op is Add else { return nil }
    if let number = scalar(node.inputs[1]) { return (node.inputs[0], number) }
    if let number = scalar(node.inputs[0]) { return (node.inputs[1], number) }
    return nil
  }

  /// `axes` of a reduction of `value`, counted from the front and in order.
  func places(_ axes: [Int], of value: Value) -> [Int] {
    axes.map { $0 < 0 ? $0 + self[value].type.rank : $0 }.sorted()
  }

  /// What the mean over the last axis is taken of, where `value` is one that keeps the axis.
  func meanOfRows(_ value: Value) -> Value? {
    guard let mean = self[value].as(Mean.self), mean.keep else { return nil }
    let x = self[value].inputs[0]
    return places(mean.axes, of: x) == [self[x].type.rank - 1] ? x : nil
  }
}
