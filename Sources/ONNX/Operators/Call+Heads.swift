import Graphs
import Operators
import Tensors

extension Call {
  /// `[B, heads, N, D]` as `[B, N, heads·D]`.
  func merged(_ x: Value) throws(Diagnostic) -> Value {
    let dims = type(x).dims
    guard dims.count == 4, let features = dims[1] * dims[3] else { throw refusal("takes \(type(x))") }
    return try g.reshape(g.transpose(x, [0, 2, 1, 3]), [dims[0], dims[2], features])
  }

  /// `[B, N, heads·D]` as `[B, heads, N, D]`.
  func split(_ x: Value, _ heads: Int) throws(Diagnostic) -> Value {
    let dims = type(x).dims
    guard dims.count == 3, let size = dims[2].dividedExactly(by: heads) else {
      throw refusal("has \(heads) heads of \(type(x))")
    }
    return try g.transpose(g.reshape(x, [dims[0], dims[1], Dim(heads), size]), [0, 2, 1, 3])
  }
}
