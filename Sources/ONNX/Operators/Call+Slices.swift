import Graphs
import Operators
import Tensors

extension Call {
  /// Input 0 and the axis along which its slices are meant: the one that is named, or the only one of all its
  /// elements in a row.
  func slices() throws(Diagnostic) -> (x: Value, axis: Int) {
    let (x, type) = (try input(0), try type(of: 0))
    if let named = try integer("axis") { return (x, try place(named, rank: type.rank)) }
    guard let count = type.dims.product else { throw refusal("counts no elements of \(type)") }
    return (try g.reshape(x, [count]), 0)
  }
}
