import Graphs
import Operators
import Tensors

/// The numbers that part of a graph gives, where it reads no input and no parameter.
extension Graph {
  /// The one number that `value` is, as a constant or computed of such.
  func number(_ value: Value) -> Double? {
    guard self[value].type.count == 1 else { return nil }
    return scalar(value) ?? numbers(value)?.first
  }

  /// The elements of `value`, row-major, or `nil` iff they depend on an input, a parameter or an open length, or
  /// are many.
  func numbers(_ value: Value) -> [Double]? {
    var known: [Value: Tensor?] = [:]
    return (try? tensor(value, &known, depth: 32))??.numbers
  }

  private func tensor(_ value: Value, _ known: inout [Value: Tensor?], depth: Int) throws(Diagnostic)
    -> Tensor?
  {
    if let tensor = known[value] { return tensor }
    let node = self[value]
    guard depth > 0, let count = node.type.count, count <= Self.mostNumbers, !node.op.isGiven else {
      return nil
    }
    var operands: [Tensor] = []
    for input in node.inputs {
      guard let operand = try tensor(input, &known, depth: depth - 1) else { return nil }
      operands.append(operand)
    }
    let tensor = try node.op.evaluate(operands, as: node.type)
    known[value] = tensor
    return tensor
  }

  /// What `value` gives at the places `0 ..< count` of an axis of the open length `length`, where it is computed
  /// from each place alone; else `nil`.
  func values(_ value: Value, alongside length: Dim, count: Int) -> [Double]? {
    var known: [Value: Tensor?] = [:]
    guard let tensor = (try? along(value, length, count, &known, depth: 48)) ?? nil else { return nil }
    guard let numbers = tensor.numbers else { return nil }
    return numbers.count == count ? numbers : nil
  }

  private func along(
    _ value: Value, _ length: Dim, _ count: Int, _ known: inout [Value: Tensor?], depth: Int
  ) throws(Diagnostic) -> Tensor? {
    if let tensor = known[value] { return tensor }
    let node = self[value]
    guard depth > 0, node.type.dims.product == length || node.type.count == 1 else { return nil }
    var tensor: Tensor?
    switch node.op {
    case let iota as Iota:
      guard iota.length == length else { return nil }
      tensor = try Iota(length: Dim(count), element: iota.element)
        .evaluate([], as: TensorType(iota.element, shape: [count]))
    case let constant as Constant:
      guard let number = constant.values.first, constant.type.count == 1 else { return nil }
      tensor = try Constant(number, constant.type.element).evaluate(
        [], as: TensorType(constant.type.element, []))
    case is Reshape, is Broadcast: tensor = try along(node.inputs[0], length, count, &known, depth: depth - 1)
    case is any BroadcastingOp, is any ComparisonOp, is any LogicalOp, is any PointwiseOp, is Where, is Cast:
      var operands: [Tensor] = []
      for input in node.inputs {
        guard let operand = try along(input, length, count, &known, depth: depth - 1) else { return nil }
        operands.append(operand)
      }
      let isSingle = operands.allSatisfy { $0.shape.isEmpty }
      tensor = try node.op.evaluate(
        operands, as: TensorType(node.type.element, shape: isSingle ? [] : [count]))
    default: return nil
    }
    known[value] = tensor
    return tensor
  }

  /// Elements any tensor on the way may have.
  private static let mostNumbers = 4096
}

extension Op {
  /// Whether the value comes from outside the graph, or is a gap in it.
  fileprivate var isGiven: Bool { self is Input || self is Parameter || self is any GapOp }
}

extension Tensor {
  fileprivate var numbers: [Double]? {
    if type.element.isFloat { return try? reals() }
    return (try? integers())?.map(Double.init)
  }
}
