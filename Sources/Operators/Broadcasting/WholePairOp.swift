package import Graphs
package import Tensors

/// An op that computes whole numbers from one element of either input, which broadcast as in NumPy.
package protocol WholePairOp: Op {
  init()

  /// The result in the width of the elements; what does not fit wraps. Throws iff there is no result.
  static func apply<Whole: FixedWidthInteger>(_ a: Whole, _ b: Whole) throws(Diagnostic) -> Whole
}

extension WholePairOp {
  package static var mayOverwrite: [Int] { [0, 1] }

  /// The result on whole numbers of the type that `type` has.
  func evaluateWholes(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    guard let whole = type.element.whole else { throw .noWholes(type, Self.name) }
    return try evaluate(inputs, as: type, in: whole)
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

extension Diagnostic {
  fileprivate static func noWholes(_ type: TensorType, _ op: String) -> Diagnostic {
    Diagnostic("\(op) computes whole numbers, but is to give \(type)", kind: .software)
  }
}
