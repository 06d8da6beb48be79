package import Graphs
package import Tensors

/// An op that says for each pair of elements whether something holds of them. The inputs broadcast as in
/// NumPy and have elements of one type; the result is `bool` and has no gradient.
package protocol ComparisonOp: Op {
  init()

  static func holds<Number: Comparable>(_ a: Number, _ b: Number) -> Bool
}

extension ComparisonOp {
  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 2)
    try expectNumbers(inputs)
    try expectOneElement(inputs)
    return TensorType(.bool, try TensorType.broadcastDims(inputs))
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    if let whole = inputs[0].type.element.whole { return try evaluate(inputs, as: type, in: whole) }
    return try compare(inputs[0].reals(), inputs[1].reals(), inputs, as: type)
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    [nil, nil]
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
    return try Tensor(type, bytes: places.map { Self.holds(a[$0], b[$1]) ? 1 : 0 })
  }
}
