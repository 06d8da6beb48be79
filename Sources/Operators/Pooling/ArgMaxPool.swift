package import Graphs
package import Tensors

/// Where, `i64`, in x, its elements numbered one behind the other, the largest element of each window is: the
/// first of equal ones, or the first NaN. Evaluation throws where a window holds padding alone.
package struct ArgMaxPool: PoolingOp, FlatOp {
  package static let name = "arg_max_pool"
  package var kernel: [Int]
  package var strides: [Int]
  package var dilations: [Int]
  package var before: [Int]
  package var after: [Int]
  /// True iff within a plane the elements are numbered with the first axis of space fastest.
  package var columns: Bool?

  package init(
    kernel: [Int], strides: [Int], dilations: [Int], before: [Int], after: [Int], columns: Bool = false
  ) {
    (self.kernel, self.strides, self.dilations) = (kernel, strides, dilations)
    (self.before, self.after, self.columns) = (before, after, columns ? true : nil)
  }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 1)
    try expectNumbers(inputs)
    return TensorType(.i64, try pooledDims(inputs[0]))
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    guard let whole = inputs[0].type.element.whole else {
      return try search(inputs[0].reals(), inputs[0].shape, inputs[0].type, as: type)
    }
    return try evaluate(inputs[0], as: type, in: whole)
  }

  package func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost { windowCost(inputs, output) }

  private func evaluate<Whole: FixedWidthInteger>(_ input: Tensor, as type: TensorType, in _: Whole.Type)
    throws(Diagnostic) -> Tensor
  {
    try search(input.wholes(Whole.self), input.shape, input.type, as: type)
  }

  private func search<Number: Comparable>(
    _ x: [Number], _ shape: [Int], _ input: TensorType, as type: TensorType
  ) throws(Diagnostic) -> Tensor {
    guard let count = type.count, count > 0 else { return try Tensor(type, bytes: []) }
    let planes = shape[0] * shape[1]
    let size = x.count / planes
    var best = Array(repeating: -1, count: count)
    for places in tapPlaces(input, type) {
      for plane in 0..<planes {
        for (index, place) in places.enumerated() where place >= 0 {
          let (result, new) = (plane * places.count + index, plane * size + place)
          let old = best[result]
          if old < 0 || x[new] > x[old] || (x[new] != x[new] && x[old] == x[old]) { best[result] = new }
        }
      }
    }
    guard !best.contains(-1) else { throw .padding(input) }
    let numbers = columns == true ? columnNumbers(Array(shape.dropFirst(2))) : Array(0..<size)
    return try Tensor(integers: best.map { Int64($0 / size * size + numbers[$0 % size]) }, as: type)
  }

  /// For each place in a plane, in row-major order, its number in column-major order.
  private func columnNumbers(_ space: [Int]) -> [Int] {
    var (strides, stride) = ([Int](), 1)
    for length in space {
      strides.append(stride)
      stride *= length
    }
    return StridedView(shape: space, strides: strides).places
  }
}

extension Diagnostic {
  fileprivate static func padding(_ x: TensorType) -> Diagnostic {
    Diagnostic("a window of arg_max_pool on \(x) holds padding alone")
  }
}
