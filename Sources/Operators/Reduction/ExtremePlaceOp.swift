import Graphs
package import Tensors

/// An op that gives the place, `i64`, of an extreme element along one axis. NaN is more extreme than any number.
package protocol ExtremePlaceOp: FlatOp {
  /// Counts from the end iff negative.
  var axis: Int { get }
  /// Whether the axis stays, with length 1.
  var keep: Bool { get }
  /// Whether of equal elements the last counts, not the first.
  var last: Bool { get }

  static func isBeyond<Number: Comparable>(_ a: Number, _ b: Number) -> Bool
}

extension ExtremePlaceOp {
  /// Throws iff the axis has no elements.
  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 1)
    try expectNumbers(inputs)
    let place = try place(of: axis, in: inputs[0])
    guard inputs[0].dims[place] != 0 else { throw .nothing(axis, inputs[0], Self.name) }
    var result = TensorType(.i64, inputs[0].dims)
    if keep { result.dims[place] = 1 } else { result.dims.remove(at: place) }
    return result
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    guard let whole = inputs[0].type.element.whole else {
      return try places(in: inputs[0].reals(), inputs[0].type, as: type)
    }
    return try evaluate(inputs[0], as: type, in: whole)
  }

  private func evaluate<Whole: FixedWidthInteger>(_ input: Tensor, as type: TensorType, in _: Whole.Type)
    throws(Diagnostic) -> Tensor
  {
    try places(in: input.wholes(Whole.self), input.type, as: type)
  }

  private func places<Number: Comparable>(in x: [Number], _ input: TensorType, as type: TensorType)
    throws(Diagnostic) -> Tensor
  {
    let rows = AxisRows(input.shape ?? [], along: try place(of: axis, in: input))
    let results = rows.starts.map { start in
      var best = 0
      for index in 1..<max(1, rows.length) {
        let (new, old) = (x[start + index * rows.stride], x[start + best * rows.stride])
        if precedes(new, old) || (last && !precedes(old, new)) { best = index }
      }
      return Int64(best)
    }
    return try Tensor(integers: results, as: type)
  }

  private func precedes<Number: Comparable>(_ a: Number, _ b: Number) -> Bool {
    Self.isBeyond(a, b) || (a != a && b == b)
  }
}

extension Diagnostic {
  fileprivate static func nothing(_ axis: Int, _ type: TensorType, _ op: String) -> Diagnostic {
    Diagnostic("\(op) looks along axis \(axis) of \(type), which has no elements")
  }
}
