import Graphs
import Operators
import Tensors

extension Operator {
  /// Operators that make one element of each window over the axes of space.
  static let pooling: [Operator] = [
    Operator("MaxPool", outputs: maxPool), Operator("AveragePool", averagePool),
    Operator("GlobalAveragePool") { (call) throws(Diagnostic) in
      try call.g.mean(call.input(0), axes: call.axesOfSpace())
    },
    Operator("GlobalMaxPool") { (call) throws(Diagnostic) in
      try call.g.max(call.input(0), axes: call.axesOfSpace())
    },
    Operator("LpPool") { (call) throws(Diagnostic) in
      let (x, pool) = (try call.input(0), try PoolingWindow(call))
      let op = SumPool(
        kernel: pool.kernel, strides: pool.window.strides, dilations: pool.window.dilations,
        before: pool.window.before, after: pool.window.after)
      return try call.norm(x) { (powers) throws(Diagnostic) in try call.g.add(op, [powers]) }
    },
    Operator("GlobalLpPool") { (call) throws(Diagnostic) in
      try call.norm(call.input(0)) { (powers) throws(Diagnostic) in
        try call.g.sum(powers, axes: call.axesOfSpace())
      }
    },
  ]

  /// The largest elements and, where wanted, their places in x.
  @Sendable private static func maxPool(_ call: Call) throws(Diagnostic) -> [Value?] {
    let pool = try PoolingWindow(call)
    let window = pool.window
    let largest = MaxPool(
      kernel: pool.kernel, strides: window.strides, dilations: window.dilations, before: window.before,
      after: window.after)
    var results: [Value?] = [try call.g.add(largest, [call.input(0)])]
    guard call.wants(1) else { return results }
    let places = ArgMaxPool(
      kernel: pool.kernel, strides: window.strides, dilations: window.dilations, before: window.before,
      after: window.after, columns: try call.flag("storage_order"))
    results.append(try call.g.add(places, [call.input(0)]))
    return results
  }

  @Sendable private static func averagePool(_ call: Call) throws(Diagnostic) -> Value {
    let pool = try PoolingWindow(call)
    let mean = AveragePool(
      kernel: pool.kernel, strides: pool.window.strides, dilations: pool.window.dilations,
      before: pool.window.before, after: pool.window.after, padded: try call.flag("count_include_pad"),
      overhang: pool.overhang)
    return try call.g.add(mean, [call.input(0)])
  }
}

/// The window of a pooling, its padding long enough for the last place where lengths are rounded up.
struct PoolingWindow {
  let kernel: [Int]
  var window: SpatialWindow
  /// How much of the padding behind each axis is there only for that.
  var overhang: [Int]

  /// Throws iff an attribute makes no sense or the overhang does not follow from the lengths.
  init(_ call: Call) throws(Diagnostic) {
    let x = try call.type(of: 0)
    let rank = x.rank - 2
    guard let stated = try call.integers("kernel_shape"), rank > 0, stated.count == rank,
      stated.allSatisfy({ 1...Limits.length ~= $0 })
    else { throw call.refusal("has no kernel for \(x)") }
    kernel = stated
    window = try SpatialWindow(call, over: x, kernel: stated.map(Dim.fixed))
    overhang = Array(repeating: 0, count: rank)
    guard try call.flag("ceil_mode"), try call.text("auto_pad", default: "NOTSET") == "NOTSET" else { return }
    for axis in 0..<rank {
      guard let missing = missing(x.dims[axis + 2], axis) else {
        throw call.refusal("takes no fixed number of steps on axis \(axis + 2) of \(x)")
      }
      overhang[axis] = missing
      window.after[axis] += missing
    }
  }

  /// What the last window lacks behind the padding, where it begins before it; `nil` iff that is not the same for
  /// every length.
  private func missing(_ length: Dim, _ axis: Int) -> Int? {
    let stride = window.strides[axis]
    guard let reach = window.reach(Dim(kernel[axis]), axis), let inner = length + Dim(window.before[axis]),
      let room = (inner + Dim(window.after[axis])).flatMap({ $0 - reach }),
      let steps = (room + Dim(stride - 1))?.dividedDown(by: stride), var last = steps * Dim(stride)
    else { return nil }
    // A window that would begin in the padding behind is none.
    if let beyond = (last - inner)?.fixed, beyond >= 0 { last = (last - Dim(stride)) ?? last }
    guard let missing = (last - room)?.fixed else { return nil }
    return Swift.max(0, missing)
  }
}

extension Call {
  /// The norm under `p` of the groups of elements that `sum` adds up.
  fileprivate func norm(_ x: Value, _ sum: (Value) throws(Diagnostic) -> Value) throws(Diagnostic) -> Value {
    // Version 1 gives the number as a real one.
    let power = try version < 2 ? real("p", default: 2) : Double(integer("p", default: 2))
    guard power > 0 else { throw refusal("takes the norm \(power)") }
    let powers = try g.power(g.abs(x), g.constant(power, like: x))
    let sums = try sum(powers)
    return try g.power(sums, g.constant(1 / power, like: sums))
  }

  /// The axes of input 0 behind batch and channels.
  func axesOfSpace() throws(Diagnostic) -> [Int] { Array(2..<Swift.max(2, try type(of: 0).rank)) }
}
