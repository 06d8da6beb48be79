/// Strides, in elements, for walks over row-major arrays.
enum Strides {
  /// Of an array of `shape` as it lies.
  static func dense(_ shape: [Int]) -> [Int] {
    var strides = shape
    var stride = 1
    for axis in shape.indices.reversed() { (strides[axis], stride) = (stride, stride * shape[axis]) }
    return strides
  }

  /// Of an array of `shape` that is repeated to fill `target`, the axes aligned at the right.
  static func broadcast(_ shape: [Int], to target: [Int]) -> [Int] {
    let missing = target.count - shape.count
    let dense = dense(shape)
    return target.indices.map { axis in
      axis < missing || shape[axis - missing] == 1 ? 0 : dense[axis - missing]
    }
  }
}
