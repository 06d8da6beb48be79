import Graphs
package import Tensors

/// An op that says for each pair of elements whether something holds of them. The inputs broadcast as in
/// NumPy and have elements of one type; the result is `bool`.
package protocol ComparisonOp: FlatOp {
  init()

  /// Whether the op compares truth values too.
  static var takesTruths: Bool { get }

  static func holds<Number: Comparable>(_ a: Number, _ b: Number) -> Bool
}

extension ComparisonOp {
  package static var takesTruths: Bool { false }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 2)
    if !(Self.takesTruths && inputs.contains { $0.element == .bool }) { try expectNumbers(inputs) }
    try expectOneElement(inputs)
    return TensorType(.bool, try TensorType.broadcastDims(inputs))
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    if let whole = inputs[0].type.element.whole { return try evaluate(inputs, as: type, in: whole) }
    return try compare(inputs[0].reals(), inputs[1].reals(), inputs, as: type)
  }

  private func evaluate<Whole: FixedWidthInteger>(_ inputs: [Tensor], as type: TensorType, in _: Whole.Type)
    throws(Diagnostic) -> Tensor
  {
    try compare(inputs[0].wholes(Whole.self), inputs[1].wholes(Whole.self), inputs, as: type)
  }

  private func compare<Number: Comparable>(
    _ a: [Number], _ b: [Number], _ inputs: [Tensor], as type: TensorType
  ) throws(Diagnostic) -> Tensor {
    let places = zip(inputs[0].places(over: type), inputs[1].places(over: type))
    return try Tensor(truths: places.map { Self.holds(a[$0], b[$1]) }, as: type)
  }
}
