import Tensors

extension Tensor {
  /// Whether the types are the same and no element differs from `other`'s by more than round-off of the
  /// largest, of which `tolerance` is the part allowed in `f32`; infinities and NaN stand in the same places. Whole numbers are equal.
  func isNear(_ other: Tensor, tolerance: Double = 2e-6) throws(Diagnostic) -> Bool {
    guard type == other.type else { return false }
    guard type.element.isFloat else { return try integers() == other.integers() }
    let (a, b) = (try reals(), try other.reals())
    let scale = b.filter(\.isFinite).map(\.magnitude).max() ?? 0
    let tolerance =
      switch type.element {
      case .f64: 1e-12
      case .f32: tolerance
      default: 1e-2
      }
    return zip(a, b).allSatisfy { a, b in
      a == b || (a.isNaN && b.isNaN) || (a - b).magnitude <= tolerance * max(scale, 1e-3)
    }
  }
}
