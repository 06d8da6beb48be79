import Graphs
import Operators
import Tensors

extension Operator {
  /// Operators that make one element of many along some axes.
  static let reductions: [Operator] = [
    .reduction("ReduceMean") { (call, x, axes, keep) throws(Diagnostic) in
      try call.g.mean(x, axes: axes, keep: keep)
    },
    .reduction("ReduceSum", axesSince: 13) { (call, x, axes, keep) throws(Diagnostic) in
      try call.g.sum(x, axes: axes, keep: keep)
    },
    .reduction("ReduceMax") { (call, x, axes, keep) throws(Diagnostic) in
      try call.throughBytes(x) { (x) throws(Diagnostic) in try call.g.max(x, axes: axes, keep: keep) }
    },
    .reduction("ReduceMin") { (call, x, axes, keep) throws(Diagnostic) in
      try call.throughBytes(x) { (x) throws(Diagnostic) in
        try call.g.add(Min(axes: axes, keep: keep), [x])
      }
    },
    .reduction("ReduceProd") { (call, x, axes, keep) throws(Diagnostic) in
      try call.g.add(Product(axes: axes, keep: keep), [x])
    },
    .reduction("ReduceSumSquare") { (call, x, axes, keep) throws(Diagnostic) in
      try call.g.sum(call.squared(x), axes: axes, keep: keep)
    },
    .reduction("ReduceL1") { (call, x, axes, keep) throws(Diagnostic) in
      try call.g.sum(call.g.abs(x), axes: axes, keep: keep)
    },
    .reduction("ReduceL2") { (call, x, axes, keep) throws(Diagnostic) in
      try call.throughFloats(x) { (x) throws(Diagnostic) in
        try call.g.sqrt(call.g.sum(call.g.square(x), axes: axes, keep: keep))
      }
    },
    .reduction("ReduceLogSum") { (call, x, axes, keep) throws(Diagnostic) in
      try call.throughFloats(x) { (x) throws(Diagnostic) in
        try call.g.log(call.g.sum(x, axes: axes, keep: keep))
      }
    },
    .reduction("ReduceLogSumExp") { (call, x, axes, keep) throws(Diagnostic) in
      try call.throughFloats(x) { (x) throws(Diagnostic) in
        try call.logSumExp(x, axes: axes, keep: keep)
      }
    },
  ]

  /// How a group of elements is put together: the tensor, the axes and whether they stay, with length 1.
  typealias Reduction = @Sendable (Call, Value, [Int], Bool) throws(Diagnostic) -> Value

  /// A reduction whose axes are input 1 from version `axesSince` on and an attribute before.
  private static func reduction(
    _ name: String, axesSince: Int = 18, _ reduce: @escaping Reduction
  ) -> Operator {
    Operator(name) { (call) throws(Diagnostic) in
      let (x, type) = (try call.input(0), try call.type(of: 0))
      let keep = try call.flag("keepdims", default: true)
      if keep { call.promise(type.element, rank: type.rank) }
      var axes = try call.version < axesSince ? call.integers("axes") : call.integers(1, orAttribute: "")
      if axes ?? [] == [] {
        if try call.flag("noop_with_empty_axes") { return try reduce(call, x, [], keep) }
        axes = Array(type.dims.indices)
      }
      var places: Set<Int> = []
      for axis in axes ?? [] { places.insert(try call.place(axis, rank: type.rank)) }
      return try reduce(call, x, places.sorted(), keep)
    }
  }
}

extension Call {
  /// `x²`, of whole numbers too.
  func squared(_ x: Value) throws(Diagnostic) -> Value {
    type(x).element.isInteger ? try g.multiply(x, x) : try g.square(x)
  }

  /// What `body` makes of `x`; truth values go through 0 and 1 and back.
  fileprivate func throughBytes(_ x: Value, _ body: (Value) throws(Diagnostic) -> Value) throws(Diagnostic)
    -> Value
  {
    guard type(x).element == .bool else { return try body(x) }
    let one = try g.constant(1, like: g.cast(x, to: .u8))
    return try g.equal(body(g.cast(x, to: .u8)), one)
  }

  /// What `body` makes of `x`; whole numbers go through `f64` and back.
  func throughFloats(_ x: Value, _ body: (Value) throws(Diagnostic) -> Value) throws(Diagnostic) -> Value {
    let element = type(x).element
    guard element.isInteger else { return try body(x) }
    return try g.cast(body(g.cast(x, to: .f64)), to: element)
  }

  /// `log Σ eˣ`, the largest x taken off first where it is finite.
  fileprivate func logSumExp(_ x: Value, axes: [Int], keep: Bool) throws(Diagnostic) -> Value {
    let largest = try g.max(x, axes: axes, keep: true)
    let isFinite = try g.less(g.abs(largest), g.constant(.infinity, like: x))
    let shift = try g.where(isFinite, largest, g.constant(0, like: x))
    let sum = try g.sum(g.exp(g.subtract(x, shift)), axes: axes, keep: keep)
    let dims = type(sum).dims
    return try g.add(g.log(sum), g.reshape(shift, dims))
  }
}
