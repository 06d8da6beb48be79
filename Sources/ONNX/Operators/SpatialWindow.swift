import Tensors

/// How a window passes over the axes of space of an operator's first input: its attributes, read and checked.
struct SpatialWindow {
  var strides: [Int]
  var dilations: [Int]
  /// Elements of padding in front of and behind each axis.
  var before: [Int]
  var after: [Int]
  /// Where the odd element of a padding that follows from the lengths goes; `nil` iff the padding is given.
  let placement: Placement?

  enum Placement { case upper, lower }

  /// The window of `kernel` elements an axis over the axes of `x` behind the second.
  ///
  /// Throws iff an attribute has not one number an axis of a useful size, or the padding that is to keep the
  /// lengths does not follow from them. For a transposed convolution no such padding is computed.
  init(_ call: Call, over x: TensorType, kernel: [Dim], isTransposed: Bool = false) throws(Diagnostic) {
    let rank = kernel.count
    guard x.rank == rank + 2 else { throw call.refusal("passes \(rank) axes of \(x)") }
    if let stated = try call.integers("kernel_shape"), stated.map(Dim.fixed) != kernel {
      throw call.refusal("states a kernel \(stated), but has \(kernel)")
    }
    strides = try call.numbers("strides", rank, least: 1, default: 1)
    dilations = try call.numbers("dilations", rank, least: 1, default: 1)
    (before, after) = (Array(repeating: 0, count: rank), Array(repeating: 0, count: rank))
    switch try call.text("auto_pad", default: "NOTSET") {
    case "NOTSET", "":
      placement = nil
      let pads = try call.numbers("pads", 2 * rank, least: 0, default: 0)
      (before, after) = (Array(pads[..<rank]), Array(pads[rank...]))
    case "VALID": placement = nil
    case "SAME_UPPER": placement = .upper
    case "SAME_LOWER": placement = .lower
    case let other: throw call.refusal("pads by \(other)")
    }
    guard placement != nil, !isTransposed else { return }
    for axis in 0..<rank {
      guard let total = missing(x.dims[axis + 2], kernel[axis], axis) else {
        throw call.refusal("pads axis \(axis + 2) of \(x) by no fixed number")
      }
      let half = total / 2
      before[axis] = placement == .upper ? half : total - half
      after[axis] = total - before[axis]
    }
  }

  /// The padding with which the window takes `⌈length / stride⌉` places; `nil` iff it is not the same for every
  /// length.
  private func missing(_ length: Dim, _ kernel: Dim, _ axis: Int) -> Int? {
    let stride = strides[axis]
    guard let steps = (length + Dim(stride - 1))?.dividedDown(by: stride), let last = steps - 1,
      let start = last * Dim(stride), let reach = reach(kernel, axis), let end = start + reach,
      let missing = (end - length)?.fixed
    else { return nil }
    return Swift.max(missing, 0)
  }

  /// The elements from the window's first to its last.
  func reach(_ kernel: Dim, _ axis: Int) -> Dim? {
    (kernel - 1).flatMap { $0 * Dim(dilations[axis]) }.flatMap { $0 + 1 }
  }
}

extension Call {
  /// The `count` whole numbers under `name`, each `least` or more and not beyond what lengths are, or `default`
  /// for each where the node gives none.
  func numbers(_ name: String, _ count: Int, least: Int, default number: Int) throws(Diagnostic) -> [Int] {
    guard let numbers = try integers(name), !numbers.isEmpty else {
      return Array(repeating: number, count: count)
    }
    guard numbers.count == count, numbers.allSatisfy({ least...Limits.length ~= $0 }) else {
      throw refusal("has \(name) \(numbers), which must be \(count) numbers of \(least) and more")
    }
    return numbers
  }
}

extension Limits {
  /// What an attribute about lengths may say.
  static let length = 1 << 40
}
