import Graphs
package import Tensors

/// An op that makes one truth value of two. The inputs are `bool` and broadcast as in NumPy.
package protocol LogicalOp: FlatOp {
  init()

  static func holds(_ a: Bool, _ b: Bool) -> Bool
}

extension LogicalOp {
  package static var mayOverwrite: [Int] { [0, 1] }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 2)
    try expectTruths(inputs)
    return TensorType(.bool, try TensorType.broadcastDims(inputs))
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    let (a, b) = (try inputs[0].truths(), try inputs[1].truths())
    let places = zip(inputs[0].places(over: type), inputs[1].places(over: type))
    return try Tensor(truths: places.map { Self.holds(a[$0], b[$1]) }, as: type)
  }
}
