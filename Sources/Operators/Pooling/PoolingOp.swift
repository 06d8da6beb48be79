package import Graphs
import Tensors

/// What the poolings share: x `[B, C, *S]` with one to three axes of space, over which a window passes. Result
/// `[B, C, *O]` with `O = ⌊(S + before + after - dilation·(kernel-1) - 1) / stride⌋ + 1`, where S may be named.
package protocol PoolingOp: Op {
  var kernel: [Int] { get }
  var strides: [Int] { get }
  var dilations: [Int] { get }
  var before: [Int] { get }
  var after: [Int] { get }
}

extension PoolingOp {
  /// The dims of the result. Throws iff x has no axes of space or too many, an attribute does not have one
  /// sensible number for each, or a length is none.
  func pooledDims(_ x: TensorType) throws(Diagnostic) -> [Dim] {
    guard (3...5).contains(x.rank) else { throw .rank(x, Self.name) }
    for (key, numbers, least) in [
      ("kernel", kernel, 1), ("strides", strides, 1), ("dilations", dilations, 1), ("before", before, 0),
      ("after", after, 0),
    ] {
      guard numbers.count == x.rank - 2, numbers.allSatisfy({ $0 >= least }) else {
        throw .attribute(key, numbers, x.rank - 2, least, Self.name)
      }
    }
    let taps = kernel.reduce(1.0) { $0 * Double($1) }
    guard taps <= Self.mostTaps else { throw .tooWide(kernel, Self.name) }
    var dims = [x.dims[0], x.dims[1]]
    for (axis, length) in x.dims.dropFirst(2).enumerated() {
      guard let reach = Dim(kernel[axis] - 1) * Dim(dilations[axis]),
        let padded = (length + Dim(before[axis])).flatMap({ $0 + Dim(after[axis]) }),
        let room = (padded - reach).flatMap({ $0 - 1 }),
        let count = room.dividedDown(by: strides[axis]).flatMap({ $0 + 1 })
      else { throw .noLength(axis + 2, x, Self.name) }
      guard (room.fixed ?? 0) >= 0 else { throw .tooShort(axis + 2, x, Self.name) }
      dims.append(count)
    }
    return dims
  }

  /// The elements that a window may have.
  private static var mostTaps: Double { 0x1p22 }

  /// For each tap of the window in row-major order, the place within a plane of x that each element of a plane of
  /// the result meets; -1 where that is outside.
  func tapPlaces(_ x: TensorType, _ y: TensorType) -> some Sequence<[Int]> {
    let (space, result) = (Array((x.shape ?? []).dropFirst(2)), Array((y.shape ?? []).dropFirst(2)))
    let window = Window(strides: strides, dilations: dilations, before: before)
    return Window.taps(kernel).lazy.map { window.places(at: $0, strided: result, other: space) }
  }

  /// One operation for each element that a window meets.
  func windowCost(_ inputs: [TensorType], _ output: TensorType) -> Cost {
    .touching(inputs, output, flops: kernel.reduce(Double(output.count ?? 0)) { $0 * Double($1) })
  }
}

extension Diagnostic {
  fileprivate static func rank(_ x: TensorType, _ op: String) -> Diagnostic {
    Diagnostic("\(op) takes 3 to 5 axes, batch, channels and space, but it is given \(x)")
  }
  fileprivate static func attribute(
    _ key: String, _ numbers: [Int], _ count: Int, _ least: Int, _ op: String
  ) -> Diagnostic {
    Diagnostic("\(key)=\(numbers) of \(op) must be \(count) numbers of \(least) or more")
  }
  fileprivate static func noLength(_ axis: Int, _ x: TensorType, _ op: String) -> Diagnostic {
    Diagnostic(
      "axis \(axis) of \(x), pooled by \(op), has no length for every \(x.dims[axis])",
      help: "name the length as a multiple of the stride, or bind it first")
  }
  fileprivate static func tooWide(_ kernel: [Int], _ op: String) -> Diagnostic {
    Diagnostic("the window \(kernel) of \(op) has more than 4194304 elements")
  }
  fileprivate static func tooShort(_ axis: Int, _ x: TensorType, _ op: String) -> Diagnostic {
    Diagnostic("axis \(axis) of \(x), padded, is shorter than the window of \(op)")
  }
}
