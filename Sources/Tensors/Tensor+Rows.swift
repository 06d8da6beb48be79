extension Tensor {
  /// The elements `range` along the first axis, borrowed where the tensor is mapped.
  ///
  /// Throws iff there is no first axis, it is shorter, or a row does not fill whole bytes.
  package func rows(_ range: Range<Int>) throws(Diagnostic) -> Tensor {
    guard let length = shape.first, range.lowerBound >= 0, range.upperBound <= length,
      let row = TensorType(type.element, shape: Array(shape.dropFirst())).byteCount
    else { throw .noRows(range, type) }
    let part = TensorType(type.element, shape: [range.count] + shape.dropFirst())
    let bytes = range.lowerBound * row..<range.upperBound * row
    if let (file, place) = mapping {
      let start = place.lowerBound
      return try Tensor(part, in: file, at: start + bytes.lowerBound..<start + bytes.upperBound)
    }
    return try Tensor(part, bytes: withBytes { Array($0[bytes]) })
  }
}

extension Diagnostic {
  fileprivate static func noRows(_ range: Range<Int>, _ type: TensorType) -> Diagnostic {
    Diagnostic("\(type) has no rows \(range.lowerBound) to \(range.upperBound)")
  }
}
