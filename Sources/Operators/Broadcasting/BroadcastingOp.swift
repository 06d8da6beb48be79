package import Graphs
package import Tensors

/// An op that computes each element of the result from one element of either input, which broadcast as in
/// NumPy. Floats and whole numbers; the inputs' elements are of one type.
package protocol BroadcastingOp: Op {
  init()

  static func apply(_ a: Double, _ b: Double) -> Double

  /// The result in the width of the elements; what does not fit wraps. Throws iff there is no result.
  static func apply<Whole: FixedWidthInteger>(_ a: Whole, _ b: Whole) throws(Diagnostic) -> Whole
}

extension BroadcastingOp {
  package static var mayOverwrite: [Int] { [0, 1] }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 2)
    try expectNumbers(inputs)
    try expectOneElement(inputs)
    return TensorType(inputs[0].element, try TensorType.broadcastDims(inputs))
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    if let whole = type.element.whole { return try evaluate(inputs, as: type, in: whole) }
    let (a, b) = (try inputs[0].reals(), try inputs[1].reals())
    let (aPlaces, bPlaces) = (inputs[0].places(over: type), inputs[1].places(over: type))
    return try Tensor(reals: zip(aPlaces, bPlaces).map { Self.apply(a[$0], b[$1]) }, as: type)
  }

  private func evaluate<Whole: FixedWidthInteger>(_ inputs: [Tensor], as type: TensorType, in _: Whole.Type)
    throws(Diagnostic) -> Tensor
  {
    let (a, b) = (try inputs[0].wholes(Whole.self), try inputs[1].wholes(Whole.self))
    var results: [Whole] = []
    for (aPlace, bPlace) in zip(inputs[0].places(over: type), inputs[1].places(over: type)) {
      results.append(try Self.apply(a[aPlace], b[bPlace]))
    }
    return try Tensor(wholes: results, as: type)
  }
}

extension Tensor {
  /// For each element of a result of `type` the place of the element that is broadcast there.
  func places(over type: TensorType) -> [Int] {
    StridedView(of: shape, broadcastTo: type.shape ?? []).places
  }
}
