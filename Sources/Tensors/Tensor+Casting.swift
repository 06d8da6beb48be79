extension Tensor {
  /// The same numbers as elements of another type, each rounded once.
  ///
  /// To a float: to nearest, ties to even. From a float to whole numbers: cut towards zero and held in range,
  /// NaN is 0; those of fewer than eight bits keep the lower bits instead. Between whole numbers: the lower
  /// bits. To `bool`: whether the number is not 0. Throws iff one of the two types holds no values.
  package func cast(to element: DType, _ narrowing: Narrowing = Narrowing()) throws(Diagnostic) -> Tensor {
    let result = TensorType(element, type.dims)
    if type.element.isInteger, element.isInteger {
      return try Tensor(integers: integers(), as: result)
    }
    if element.isFloat, element.bits < 64, type.element == .i64 || type.element == .u64 {
      let isSigned = type.element == .i64
      let values = try integers().map { value in
        isSigned && value < 0 ? -value.magnitude.oddReal : UInt64(bitPattern: value).oddReal
      }
      return try Tensor(reals: values, as: result, narrowing)
    }
    return try Tensor(reals: reals(), as: result, narrowing)
  }
}

extension UInt64 {
  /// The number as a `Double` that rounds to fewer bits as the number itself does: what does not fit in
  /// 53 bits is cut off, and leaves the last bit set.
  fileprivate var oddReal: Double {
    let excess = Swift.max(0, 11 - leadingZeroBitCount)
    let isCut = self & ((1 << excess) - 1) != 0
    return Double((self >> excess | (isCut ? 1 : 0)) << excess)
  }
}
