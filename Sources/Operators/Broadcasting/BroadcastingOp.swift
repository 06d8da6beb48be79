import Graphs
package import Tensors

/// An op that computes each element of the result from one element of either input, which broadcast as in
/// NumPy. Floats and whole numbers; the inputs' elements are of one type.
package protocol BroadcastingOp: WholePairOp {
  static func apply(_ a: Double, _ b: Double) -> Double
}

extension BroadcastingOp {
  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 2)
    try expectNumbers(inputs)
    try expectOneElement(inputs)
    return TensorType(inputs[0].element, try TensorType.broadcastDims(inputs))
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    guard type.element.isFloat else { return try evaluateWholes(inputs, as: type) }
    let (a, b) = (try inputs[0].reals(), try inputs[1].reals())
    let (aPlaces, bPlaces) = (inputs[0].places(over: type), inputs[1].places(over: type))
    return try Tensor(reals: zip(aPlaces, bPlaces).map { Self.apply(a[$0], b[$1]) }, as: type)
  }
}
