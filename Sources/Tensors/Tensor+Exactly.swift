extension Tensor {
  /// The same values in elements of another type, or `nil` iff a value would change or floats would become
  /// integers.
  package func exactly(as element: DType) -> Tensor? {
    guard element != type.element else { return self }
    guard type.element.hasValues, element.hasValues, !type.element.isFloat || element.isFloat else {
      return nil
    }
    var converted = type
    converted.element = element
    if !type.element.isFloat, !element.isFloat || type.element.bits == 64 { return wholly(as: converted) }
    guard let values = try? reals(), let result = try? Tensor(reals: values, as: converted),
      let back = try? result.reals()
    else { return nil }
    return zip(values, back).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) } ? result : nil
  }

  private func wholly(as converted: TensorType) -> Tensor? {
    guard let values = try? integers(), let result = try? Tensor(integers: values, as: converted),
      let back = try? result.integers(), values == back
    else { return nil }
    let saturates = converted.element.isFloat && values.contains(.max)
    guard !saturates else { return nil }
    let changesSign = (type.element == .u64) != (converted.element == .u64) && values.contains { $0 < 0 }
    return changesSign ? nil : result
  }
}
