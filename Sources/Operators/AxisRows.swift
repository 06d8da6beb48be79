/// The rows of a row-major array along one axis: element `i` of the row that begins at `start` lies at
/// `start + i·stride`.
struct AxisRows {
  let length: Int
  let stride: Int
  /// In row-major order of the other axes; none iff the array is empty.
  let starts: [Int]

  init(_ shape: [Int], along axis: Int) {
    var view = StridedView(of: shape)
    (length, stride) = (shape[axis], view.strides[axis])
    view.shape[axis] = min(1, length)
    starts = view.places
  }
}
