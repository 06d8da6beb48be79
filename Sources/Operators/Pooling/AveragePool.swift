package import Graphs
package import Tensors

/// The mean of the elements in each window. Floats.
package struct AveragePool: CompositeOp, PoolingOp {
  package static let name = "average_pool"
  package var kernel: [Int]
  package var strides: [Int]
  package var dilations: [Int]
  package var before: [Int]
  package var after: [Int]
  /// Whether padding counts, as 0; else a mean is that of the elements of x alone.
  package var padded: Bool
  /// For each axis of space, how many of the elements `after` it are there only to let the last window begin,
  /// and never count; none where not given.
  package var overhang: [Int]?

  package init(
    kernel: [Int], strides: [Int], dilations: [Int], before: [Int], after: [Int], padded: Bool,
    overhang: [Int] = []
  ) {
    (self.kernel, self.strides, self.dilations) = (kernel, strides, dilations)
    (self.before, self.after, self.padded) = (before, after, padded)
    self.overhang = overhang.allSatisfy { $0 == 0 } ? nil : overhang
  }

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    try expectCount(inputs.map { g[$0].type }, 1)
    let x = inputs[0]
    var pool = SumPool(
      kernel: kernel, strides: strides, dilations: dilations, before: before, after: after)
    let sums = try g.add(pool, [x])
    let overhang = overhang ?? kernel.map { _ in 0 }
    guard overhang.count == kernel.count, zip(overhang, after).allSatisfy({ 0...$1 ~= $0 }) else {
      throw .overhang(overhang, after)
    }
    var counted = try g.broadcast(g.constant(1, like: x), [1, 1] + g[x].type.dims.dropFirst(2))
    if padded {
      for (axis, cut) in overhang.enumerated() {
        counted = try g.pad(
          counted, axis: axis + 2, before: Dim(before[axis]), after: Dim(after[axis] - cut), value: 1)
      }
      (pool.before, pool.after) = (kernel.map { _ in 0 }, overhang)
    }
    return try g.divide(sums, g.add(pool, [counted]))
  }
}

extension Diagnostic {
  fileprivate static func overhang(_ overhang: [Int], _ after: [Int]) -> Diagnostic {
    Diagnostic("overhang=\(overhang) of average_pool must be one part of each of after=\(after)")
  }
}
