import Tensors

/// How a kernel passes over the axes of space: at tap `k`, element `o` of the strided side meets element
/// `o·stride + k·dilation - before` of the other.
struct Window {
  var strides: [Int]
  var dilations: [Int]
  var before: [Int]

  /// Every tap of a kernel of the given lengths, in row-major order.
  static func taps(_ kernel: [Int]) -> [[Int]] {
    kernel.reduce([[]]) { taps, length in taps.flatMap { tap in (0..<length).map { tap + [$0] } } }
  }

  /// For each element of the strided side, in row-major order, the place on the other side that `tap` meets;
  /// -1 where that is outside.
  func places(at tap: [Int], strided: [Int], other: [Int]) -> [Int] {
    var places = [0]
    for axis in strided.indices {
      let shift = tap[axis] * dilations[axis] - before[axis]
      let row = (0..<strided[axis]).map { index in
        let place = index * strides[axis] + shift
        return 0..<other[axis] ~= place ? place : -1
      }
      places = places.flatMap { outer in
        row.map { outer < 0 || $0 < 0 ? -1 : outer * other[axis] + $0 }
      }
    }
    return places
  }
}
