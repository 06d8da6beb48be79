import Graphs
import Operators
import Tensors

extension Operator {
  /// Determinants of square matrices.
  static let determinants: [Operator] = [
    Operator("Det", since: 11) { (call) throws(Diagnostic) in
      let (x, type) = (try call.input(0), try call.type(of: 0))
      guard type.rank >= 2, let size = type.dims.last?.fixed, type.dims[type.rank - 2] == Dim(size),
        1...Limits.eliminated ~= size
      else { throw call.refusal("takes \(type), no square matrices of up to \(Limits.eliminated) rows") }
      var (rest, result): (Value, Value?) = (x, nil)
      for _ in 0..<size {
        let (pivot, smaller) = try call.eliminated(rest)
        result =
          try result.map { (product) throws(Diagnostic) in try call.g.multiply(product, pivot) } ?? pivot
        rest = smaller
      }
      return try call.g.reshape(result ?? x, Array(type.dims.dropLast(2)))
    }
  ]
}

extension Call {
  /// One step of the elimination of matrices `[*, n, n]`: the largest element of the first column, with the sign
  /// that bringing its row to the front costs, `[*, 1, 1]`, and what is left, `[*, n - 1, n - 1]`.
  fileprivate func eliminated(_ x: Value) throws(Diagnostic) -> (pivot: Value, rest: Value) {
    let type = type(x)
    guard let size = type.dims.last, let left = size - 1 else { throw refusal("takes \(type)") }
    let column = try g.slice(x, axis: -1, start: 0, length: 1)
    let place = try g.add(ArgMax(axis: -2, keep: true), [g.abs(column)])
    let row = Array(type.dims.dropLast(2)) + [1, size]
    let pivotRow = try g.add(GatherElements(axis: -2), [x, g.broadcast(place, row)])
    let pivot = try g.slice(pivotRow, axis: -1, start: 0, length: 1)
    let isFirst = try g.equal(place, g.constant(0, like: place))
    let one = try g.constant(1, like: x)
    let signed = try g.multiply(pivot, g.where(isFirst, one, g.constant(-1, like: x)))
    let places = try g.reshape(g.iota(size, .i64), [size, 1])
    let first = try g.slice(x, axis: -2, start: 0, length: 1)
    let swapped = try g.where(g.equal(places, place), first, x)
    let lower = try g.slice(swapped, axis: -2, start: 1, length: left)
    // A column of zeros makes the determinant zero, whatever is divided by.
    let divisor = try g.where(g.equal(pivot, g.constant(0, like: x)), one, pivot)
    let factors = try g.divide(g.slice(lower, axis: -1, start: 0, length: 1), divisor)
    let taken = try g.multiply(factors, g.slice(pivotRow, axis: -1, start: 1, length: left))
    return (signed, try g.subtract(g.slice(lower, axis: -1, start: 1, length: left), taken))
  }
}

extension Limits {
  /// Rows of a matrix that is eliminated step by step.
  fileprivate static let eliminated = 64
}
