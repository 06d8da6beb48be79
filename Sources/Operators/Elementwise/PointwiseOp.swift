package import Graphs
package import Tensors

/// An op that computes each element of the result from the same element of its one input, a float.
package protocol PointwiseOp: Op {
  init()

  static func apply(_ x: Double) -> Double
}

extension PointwiseOp {
  package static var mayOverwrite: [Int] { [0] }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 1)
    try expectFloats(inputs)
    return inputs[0]
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    try Tensor(reals: inputs[0].reals().map(Self.apply), as: type)
  }
}

/// A pointwise op that takes whole numbers too.
package protocol WholePointwiseOp: PointwiseOp {
  /// The result in the width of the elements; what does not fit wraps.
  static func apply<Whole: FixedWidthInteger>(_ x: Whole) -> Whole
}

extension WholePointwiseOp {
  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 1)
    try expectNumbers(inputs)
    return inputs[0]
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    guard let whole = type.element.whole else {
      return try Tensor(reals: inputs[0].reals().map(Self.apply), as: type)
    }
    return try evaluate(inputs[0], as: type, in: whole)
  }

  private func evaluate<Whole: FixedWidthInteger>(_ input: Tensor, as type: TensorType, in _: Whole.Type)
    throws(Diagnostic) -> Tensor
  {
    var results = try input.wholes(Whole.self)
    for index in results.indices { results[index] = Self.apply(results[index]) }
    return try Tensor(wholes: results, as: type)
  }
}
