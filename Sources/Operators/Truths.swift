import Tensors

extension Tensor {
  /// The elements of a `bool` tensor.
  func truths() throws(Diagnostic) -> [Bool] { try reals().map { $0 != 0 } }

  init(truths: [Bool], as type: TensorType) throws(Diagnostic) {
    try self.init(type, bytes: truths.map { $0 ? 1 : 0 })
  }
}
