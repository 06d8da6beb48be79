package import Graphs
package import Tensors

/// An op that reduces, for each element along an axis, all up to it.
package protocol CumulativeOp: Op {
  /// Counts from the end iff negative.
  var axis: Int { get }
  /// Whether the element itself is left out.
  var exclusive: Bool { get }
  /// Whether it goes from the end.
  var reverse: Bool { get }

  /// What leaves every element as it is.
  static var neutral: Int8 { get }
  static func apply(_ a: Double, _ b: Double) -> Double
  /// What does not fit wraps.
  static func apply<Whole: FixedWidthInteger>(_ a: Whole, _ b: Whole) -> Whole
}

extension CumulativeOp {
  package static var mayOverwrite: [Int] { [0] }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 1)
    try expectNumbers(inputs)
    _ = try place(of: axis, in: inputs[0])
    return inputs[0]
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    if let whole = type.element.whole { return try evaluate(inputs[0], as: type, in: whole) }
    var x = try inputs[0].reals()
    var total = Double(Self.neutral)
    try walk(type) { place, isFirst in
      if isFirst { total = Double(Self.neutral) }
      let next = Self.apply(total, x[place])
      x[place] = exclusive ? total : next
      total = next
    }
    return try Tensor(reals: x, as: type)
  }

  private func evaluate<Whole: FixedWidthInteger>(_ input: Tensor, as type: TensorType, in _: Whole.Type)
    throws(Diagnostic) -> Tensor
  {
    var x = try input.wholes(Whole.self)
    var total = Whole(truncatingIfNeeded: Self.neutral)
    try walk(type) { place, isFirst in
      if isFirst { total = Whole(truncatingIfNeeded: Self.neutral) }
      let next = Self.apply(total, x[place])
      x[place] = exclusive ? total : next
      total = next
    }
    return try Tensor(wholes: x, as: type)
  }

  /// Calls `step` with the place of each element in order, row by row, and whether it begins a row.
  private func walk(_ type: TensorType, _ step: (Int, Bool) -> Void) throws(Diagnostic) {
    let rows = AxisRows(type.shape ?? [], along: try place(of: axis, in: type))
    for start in rows.starts {
      for index in 0..<rows.length {
        step(start + (reverse ? rows.length - 1 - index : index) * rows.stride, index == 0)
      }
    }
  }
}
