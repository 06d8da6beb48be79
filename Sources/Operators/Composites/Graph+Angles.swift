package import Graphs
package import Tensors

extension Graph {
  /// The angle of each feature at each position, `position·base^(-m/pairs)`: `[N]` gives `[N, 2·pairs]`, both
  /// of one element type.
  ///
  /// The angles of the pairs stand twice: one copy behind the other iff `tiled` (m = j mod pairs for feature
  /// j), else side by side (m = ⌊j/2⌋).
  package mutating func angles(_ positions: Value, pairs: Int, base: Double, tiled: Bool) throws(Diagnostic)
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
}

extension DType {
  /// In what angles for features of this type are computed: `f32`, but for `f64` features `f64`.
  package var ofAngles: DType { self == .f64 ? .f64 : .f32 }
}
