import Graphs
import Operators
import Tensors

extension Graph {
  /// A number that no element of `value` is below, where these are whole numbers, in `f32` or `f64` too; `nil`
  /// iff none is known.
  func least(_ value: Value, depth: Int = 8) -> Double? {
    let node = self[value]
    let element = node.type.element
    guard depth > 0 else { return nil }
    if element.isInteger, let scalar = scalar(value) { return scalar }
    func below(_ index: Int) -> Double? { least(node.inputs[index], depth: depth - 1) }
    switch node.op {
    case is Iota: return 0
    case let op as Length: return op.dim.isPositive ? 1 : 0
    case is Reshape, is Broadcast, is Transpose, is Slice: return below(0)
    case is Cast where [.f32, .f64].contains(element): return below(0)
    // What lengths and places add up to does not overflow 64 bits.
    case is Add where element == .i64:
      guard let a = below(0), let b = below(1) else { return nil }
      return a + b
    default: return nil
    }
  }
}
