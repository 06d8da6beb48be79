import Tensors

extension Tensor {
  /// The first difference from `expected` that is more than `tolerance` allows, or `nil` iff there is none.
  ///
  /// The rule is that of the suite's own runner: the same type and shape, NaN and infinities in the same
  /// places, all numbers by tolerance, `bf16` with two units in the last place.
  func difference(from expected: Tensor, within tolerance: Suite.Tolerance) throws(Diagnostic) -> String? {
    guard type == expected.type else { return "is \(type), expected \(expected.type)" }
    guard let got = try? reals(), let wanted = try? expected.reals() else {
      return hasBytes(of: expected) ? nil : "has other bits than expected"
    }
    let relative = type.element == .bf16 ? max(tolerance.relative, 0x1p-6) : tolerance.relative
    var count = 0
    var first: Int?
    for index in got.indices where index < wanted.count {
      let (a, b) = (got[index], wanted[index])
      if a == b || a.isNaN && b.isNaN { continue }
      if b.isFinite, abs(a - b) <= tolerance.absolute + relative * abs(b) { continue }
      count += 1
      if first == nil { first = index }
    }
    guard let first else { return nil }
    return
      "\(count) of \(got.count) differ: \(coordinates(first)) is \(got[first]), expected \(wanted[first])"
  }

  private func hasBytes(of other: Tensor) -> Bool {
    withBytes { a in other.withBytes { b in a.elementsEqual(b) } }
  }

  /// Where element `index` in row-major order is.
  private func coordinates(_ index: Int) -> [Int] {
    var rest = index
    var place: [Int] = []
    for length in shape.reversed() {
      place.insert(rest % length, at: 0)
      rest /= length
    }
    return place
  }
}
