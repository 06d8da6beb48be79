import Graphs
import Tensors

extension Graph {
  /// The angle of each feature at each position, `position·base^(-m/pairs)`: `[N]` gives `[N, 2·pairs]`, both
  /// of one element type.
  ///
  /// The angles of the pairs stand twice: one copy behind the other iff `tiled` (m = j mod pairs for feature
  /// j), else side by side (m = ⌊j/2⌋).
  mutating func angles(_ positions: Value, pairs: Int, base: Double, tiled: Bool) throws(Diagnostic)
    -> Value
  {
    let length = self[positions].type.dims[0]
    let place = try iota(Dim(pairs), self[positions].type.element)
    let exponents = try divide(place, constant(Double(pairs), like: place))
    let frequencies = try reciprocal(power(constant(base, like: place), exponents))
    let angles = try multiply(reshape(positions, [length, 1]), frequencies)
    let single: [Dim] = tiled ? [length, 1, Dim(pairs)] : [length, Dim(pairs), 1]
    let double: [Dim] = tiled ? [length, 2, Dim(pairs)] : [length, Dim(pairs), 2]
    return try reshape(broadcast(reshape(angles, single), double), [length, Dim(2 * pairs)])
  }

  /// The first R features of each head of x, `[B, N, heads·D]`, turned by `angles`, `[N, R]`; the rest pass
  /// through. Which two features make a pair is said by `style`.
  mutating func rotate(_ x: Value, heads: Int, by angles: Value, _ style: RoPE.Style) throws(Diagnostic)
    -> Value
  {
    let split = try splitting(x, heads: heads)
    let (type, table) = (self[split].type, self[angles].type)
    guard let size = type.dims[3].fixed, let turning = table.dims[1].fixed, turning <= size else {
      throw .narrow(type, table.dims[1])
    }
    let columns = try reshape(angles, [table.dims[0], 1, table.dims[1]])
    let cosines = try cast(cos(columns), to: type.element)
    let sines = try cast(sin(columns), to: type.element)
    let head = try slice(split, axis: 3, start: 0, length: Dim(turning))
    let turned = try add(multiply(head, cosines), multiply(quarterTurn(head, style), sines))
    guard turning < size else { return try merging(turned) }
    let rest = try slice(split, axis: 3, start: Dim(turning), length: Dim(size - turning))
    return try merging(concat([turned, rest], axis: 3))
  }

  /// Each pair (a, b) of the last axis of `[B, N, H, R]` as (-b, a).
  private mutating func quarterTurn(_ x: Value, _ style: RoPE.Style) throws(Diagnostic) -> Value {
    let dims = self[x].type.dims
    guard let pairs = dims[3].dividedDown(by: 2) else { throw .narrow(self[x].type, dims[3]) }
    let axis = style == .half ? 3 : 4
    let split = try reshape(x, dims[..<3] + (style == .half ? [2, pairs] : [pairs, 2]))
    let first = try slice(split, axis: axis, start: 0, length: 1)
    let second = try slice(split, axis: axis, start: 1, length: 1)
    return try reshape(concat([negate(second), first], axis: axis), dims)
  }
}

extension DType {
  /// In what angles for features of this type are computed: `f32`, but for `f64` features `f64`.
  var ofAngles: DType { self == .f64 ? .f64 : .f32 }
}

extension Diagnostic {
  fileprivate static func narrow(_ type: TensorType, _ turning: Dim) -> Diagnostic {
    Diagnostic("\(turning) features of each head are to turn, but the heads are \(type)")
  }
}
