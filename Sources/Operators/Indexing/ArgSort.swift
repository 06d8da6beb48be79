import Graphs
package import Tensors

/// The places, `i64`, of the elements along `axis` in ascending or descending order. Equal elements stay in
/// their order either way; NaN is greater than any number.
package struct ArgSort: FlatOp {
  package static let name = "arg_sort"
  /// Counts from the end iff negative.
  package var axis: Int
  package var descending: Bool

  package init(axis: Int, descending: Bool = false) { (self.axis, self.descending) = (axis, descending) }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 1)
    try expectNumbers(inputs)
    _ = try place(of: axis, in: inputs[0])
    return TensorType(.i64, inputs[0].dims)
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    guard let whole = inputs[0].type.element.whole else {
      return try sort(inputs[0].reals(), as: type)
    }
    return try evaluate(inputs[0], as: type, in: whole)
  }

  private func evaluate<Whole: FixedWidthInteger>(_ input: Tensor, as type: TensorType, in _: Whole.Type)
    throws(Diagnostic) -> Tensor
  {
    try sort(input.wholes(Whole.self), as: type)
  }

  private func sort<Number: Comparable>(_ x: [Number], as type: TensorType) throws(Diagnostic) -> Tensor {
    let rows = AxisRows(type.shape ?? [], along: try place(of: axis, in: type))
    var places = Array(repeating: 0 as Int64, count: x.count)
    for start in rows.starts {
      let order = (0..<rows.length).sorted { i, j in
        let (a, b) = (x[start + i * rows.stride], x[start + j * rows.stride])
        if descending ? isLess(b, a) : isLess(a, b) { return true }
        return i < j && !(descending ? isLess(a, b) : isLess(b, a))
      }
      for (index, place) in order.enumerated() { places[start + index * rows.stride] = Int64(place) }
    }
    return try Tensor(integers: places, as: type)
  }

  private func isLess<Number: Comparable>(_ a: Number, _ b: Number) -> Bool { a < b || (a == a && b != b) }
}
