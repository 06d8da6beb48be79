import Graphs
import Operators
import Tensors

extension Operator {
  /// Products of matrices.
  static let matrices: [Operator] = [
    Operator("MatMul") { (call) throws(Diagnostic) in
      try call.product(call.input(0), call.input(1))
    },
    Operator("Gemm") { (call) throws(Diagnostic) in try call.gemm() },
  ]
}

extension Call {
  /// `alpha·a·b + beta·c`, either matrix transposed where the node says so: a `linear` where that is all.
  func gemm() throws(Diagnostic) -> Value {
    var (a, b) = (try input(0), try input(1))
    let (alpha, beta) = (try real("alpha", default: 1), try real("beta", default: 1))
    let isTransposed = try flag("transB")
    if try flag("transA") { a = try g.transposeMatrix(a) }
    let c = beta == 0 ? nil : optional(2)
    if isTransposed, alpha == 1, type(b).rank == 2, type(a).element.isFloat {
      guard let c else { return try g.add(Linear(), [a, b]) }
      if beta == 1, type(c).dims == [type(b).dims[0]] { return try g.add(Linear(), [a, b, c]) }
    }
    if isTransposed { b = try g.transposeMatrix(b) }
    var product = try product(a, b)
    if alpha != 1 { product = try scaled(product, by: alpha) }
    guard let c else { return product }
    return try g.add(product, beta == 1 ? c : scaled(c, by: beta))
  }

  /// The product of matrices as in NumPy: a vector is a row in front and a column behind.
  func product(_ a: Value, _ b: Value) throws(Diagnostic) -> Value {
    let (left, right) = (type(a), type(b))
    guard left.rank > 0, right.rank > 0 else { throw refusal("multiplies \(left) and \(right)") }
    guard left.rank == 1 || right.rank == 1 else { return try matrixProduct(a, b) }
    let row = left.rank == 1 ? try g.reshape(a, [1] + left.dims) : a
    let column = right.rank == 1 ? try g.reshape(b, right.dims + [1]) : b
    let matrix = try matrixProduct(row, column)
    var dims = type(matrix).dims
    if right.rank == 1 { dims.removeLast() }
    if left.rank == 1 { dims.remove(at: right.rank == 1 ? dims.count - 1 : dims.count - 2) }
    return try g.reshape(matrix, dims)
  }

  /// Whole numbers are multiplied one by one and summed, so that they wrap as their type does.
  private func matrixProduct(_ a: Value, _ b: Value) throws(Diagnostic) -> Value {
    let (left, right) = (type(a), type(b))
    guard left.element.isInteger else { return try g.matmul(a, b) }
    let columns = Array(right.dims.dropLast(2)) + [1] + right.dims.suffix(2)
    let products = try g.multiply(g.reshape(a, left.dims + [1]), g.reshape(b, columns))
    return try g.sum(products, axes: [-2], keep: false)
  }

  /// `x · number`, in `f64` where the elements are whole numbers.
  fileprivate func scaled(_ x: Value, by number: Double) throws(Diagnostic) -> Value {
    let element = type(x).element
    guard element.isInteger else { return try g.multiply(x, by: number) }
    return try g.cast(g.multiply(g.cast(x, to: .f64), by: number), to: element)
  }
}
