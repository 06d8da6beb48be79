import Tensors

extension TensorType {
  /// Throws iff this is not one number for each feature of `x`, its last axis.
  func expectRow(of x: TensorType) throws(Diagnostic) {
    guard let features = x.dims.last, self == TensorType(x.element, [features]) else {
      throw .noRow(self, x)
    }
  }
}

extension Diagnostic {
  fileprivate static func noRow(_ row: TensorType, _ x: TensorType) -> Diagnostic {
    guard let features = x.dims.last else { return Diagnostic("a scalar, \(x), has no last axis") }
    return Diagnostic("scale or bias is \(row), but the last axis of x, \(x), has \(features) elements")
  }
}
