package import Graphs
package import Tensors

/// The sum of the elements in each window; padding counts as 0. Floats.
package struct SumPool: CompositeOp, PoolingOp {
  package static let name = "sum_pool"
  package var kernel: [Int]
  package var strides: [Int]
  package var dilations: [Int]
  package var before: [Int]
  package var after: [Int]

  package init(kernel: [Int], strides: [Int], dilations: [Int], before: [Int], after: [Int]) {
    (self.kernel, self.strides, self.dilations) = (kernel, strides, dilations)
    (self.before, self.after) = (before, after)
  }

  /// As a convolution of every plane with ones.
  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    try expectCount(inputs.map { g[$0].type }, 1)
    let x = inputs[0]
    let (type, dims) = (g[x].type, try pooledDims(g[x].type))
    guard let planes = type.dims[0] * type.dims[1] else { throw .mixed(type) }
    let ones = try g.broadcast(g.constant(1, like: x), [1, 1] + kernel.map { Dim($0) })
    let conv = Conv(strides: strides, dilations: dilations, before: before, after: after)
    let sums = try g.add(conv, [g.reshape(x, [planes, 1] + type.dims.dropFirst(2)), ones])
    return try g.reshape(sums, dims)
  }
}

extension Diagnostic {
  fileprivate static func mixed(_ type: TensorType) -> Diagnostic {
    Diagnostic(
      "the planes of \(type) cannot be counted for every length", help: "bind the batch or the channels first"
    )
  }
}
