import Tensors

extension TensorType {
  /// The dims over which tensors of `types` broadcast: axes are aligned at the right, and on each axis the
  /// lengths are equal or 1.
  ///
  /// Throws iff lengths on an axis are neither; a named length equals only itself.
  static func broadcastDims(_ types: [TensorType]) throws(Diagnostic) -> [Dim] {
    var dims: [Dim] = []
    for type in types {
      dims.insert(contentsOf: repeatElement(1, count: max(0, type.rank - dims.count)), at: 0)
      let missing = dims.count - type.rank
      for (axis, dim) in type.dims.enumerated() {
        let known = dims[axis + missing]
        guard known == 1 || dim == 1 || known == dim else {
          throw .clash(types, known, dim, axis - type.rank)
        }
        if known == 1 { dims[axis + missing] = dim }
      }
    }
    return dims
  }
}

extension Diagnostic {
  fileprivate static func clash(_ types: [TensorType], _ a: Dim, _ b: Dim, _ axis: Int) -> Diagnostic {
    Diagnostic(
      "\(types.map(\.description).joined(separator: " and ")) do not broadcast: axis \(axis) is \(a) and \(b)"
    )
  }
}
