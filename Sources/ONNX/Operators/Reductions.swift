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
    .reduction("ReduceMax", empty: -.infinity) { (call, x, axes, keep) throws(Diagnostic) in
      try call.g.max(x, axes: axes, keep: keep)
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
    .reduction("ReduceLogSumExp", empty: -.infinity) { (call, x, axes, keep) throws(Diagnostic) in
      try call.throughFloats(x) { (x) throws(Diagnostic) in
        try call.logSumExp(x, axes: axes, keep: keep)
      }
    },
  ]

  /// How a group of elements is put together: the tensor, the axes and whether they stay, with length 1.
  typealias Reduction = @Sendable (Call, Value, [Int], Bool) throws(Diagnostic) -> Value

  /// A reduction whose axes are input 1 from version `axesSince` on and an attribute before.
  ///
  /// `empty` is what it gives for no elements, where the ops that say it do not know.
  private static func reduction(
    _ name: String, axesSince: Int = 18, empty: Double? = nil, _ reduce: @escaping Reduction
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
      if let empty, places.contains(where: { type.dims[$0] == 0 }) {
        return try call.emptyReduction(x, places, keep, empty)
      }
      return try reduce(call, x, places.sorted(), keep)
    }
  }
}

extension Call {
  /// `number` in the shape that a reduction over `places` has; whole numbers are held in range.
  fileprivate func emptyReduction(_ x: Value, _ places: Set<Int>, _ keep: Bool, _ number: Double)
    throws(Diagnostic) -> Value
  {
    let type = type(x)
    let kept = type.dims.indices.map { places.contains($0) ? Dim(1) : type.dims[$0] }
    let dims = keep ? kept : kept.indices.filter { !places.contains($0) }.map { kept[$0] }
    return try g.broadcast(translation.literal(Tensor(reals: [number], as: TensorType(type.element, [])), name: ""), dims)
  }

  /// `x²`, of whole numbers too.
  func squared(_ x: Value) throws(Diagnostic) -> Value {
    type(x).element.isInteger ? try g.multiply(x, x) : try g.square(x)
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
