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

  /// The elements from `start` on, row by row, under the lengths of `shape`; borrowed where the tensor is mapped.
  ///
  /// Throws iff there are not as many or they do not fill whole bytes.
  package func elements(from start: Int, shape: [Int]) throws(Diagnostic) -> Tensor {
    let count = TensorType.count(shape) ?? -1
    let flat = try reshaped([self.count])
    guard count >= 0, start >= 0, start <= self.count - count else { throw .noElements(start, shape, type) }
    return try flat.rows(start..<start + count).reshaped(shape)
  }
}

extension Diagnostic {
  fileprivate static func noElements(_ start: Int, _ shape: [Int], _ type: TensorType) -> Diagnostic {
    Diagnostic("\(type) has no elements of shape \(shape) from \(start) on")
  }
  fileprivate static func noRows(_ range: Range<Int>, _ type: TensorType) -> Diagnostic {
    Diagnostic("\(type) has no rows \(range.lowerBound) to \(range.upperBound)")
  }
}
