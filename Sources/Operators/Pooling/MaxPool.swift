package import Graphs
package import Tensors

/// The largest element in each window, NaN where one is; padding never counts, and a window of padding alone
/// gives -∞ or the least number of the type.
package struct MaxPool: PoolingOp {
  package static let name = "max_pool"
  package var kernel: [Int]
  package var strides: [Int]
  package var dilations: [Int]
  package var before: [Int]
  package var after: [Int]

  package init(kernel: [Int], strides: [Int], dilations: [Int], before: [Int], after: [Int]) {
    (self.kernel, self.strides, self.dilations) = (kernel, strides, dilations)
    (self.before, self.after) = (before, after)
  }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 1)
    try expectNumbers(inputs)
    return TensorType(inputs[0].element, try pooledDims(inputs[0]))
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    if let whole = type.element.whole { return try evaluate(inputs[0], as: type, in: whole) }
    let x = try inputs[0].reals()
    let results = pool(inputs[0].type, as: type, -.infinity) { best, place in
      best = Maximum.apply(best, x[place])
    }
    return try Tensor(reals: results, as: type)
  }

  package func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost { windowCost(inputs, output) }

  private func evaluate<Whole: FixedWidthInteger>(_ input: Tensor, as type: TensorType, in _: Whole.Type)
    throws(Diagnostic) -> Tensor
  {
    let x = try input.wholes(Whole.self)
    let results = pool(input.type, as: type, Whole.min) { best, place in best = max(best, x[place]) }
    return try Tensor(wholes: results, as: type)
  }

  private func pool<Number>(
    _ input: TensorType, as type: TensorType, _ start: Number, _ meet: (inout Number, Int) -> Void
  ) -> [Number] {
    guard let count = type.count, count > 0, let shape = type.shape, let size = input.count else { return [] }
    let planes = shape[0] * shape[1]
    var results = Array(repeating: start, count: count)
    for places in tapPlaces(input, type) {
      for plane in 0..<planes {
        for (index, place) in places.enumerated() where place >= 0 {
          meet(&results[plane * places.count + index], plane * (size / planes) + place)
        }
      }
    }
    return results
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let type = g[site.inputs[0]].type
    let (planes, space) = (Array(type.dims[..<2]).product, Array(type.dims[2...]).product)
    guard let planes, let space, let count = Array(g[site.output].type.dims[2...]).product else {
      throw .mixed(type)
    }
    let find = ArgMaxPool(
      kernel: kernel, strides: strides, dilations: dilations, before: before, after: after)
    let found = try g.reshape(g.add(find, [site.inputs[0]]), [planes, count])
    let places = try g.add(Modulo(), [found, g.length(of: space, like: found)])
    let zeros = try g.broadcast(g.constant(0, like: site.upstream), [planes, space])
    let upstream = try g.reshape(site.upstream, [planes, count])
    let spread = try g.add(ScatterElements(axis: 1, reduction: .add), [zeros, places, upstream])
    return [try g.reshape(spread, type.dims)]
  }
}

extension [Dim] {
  /// The product, or `nil` iff it would need two names or overflows.
  fileprivate var product: Dim? {
    reduce(Dim(1) as Dim?) { product, dim in product.flatMap { $0 * dim } }
  }
}

extension Diagnostic {
  fileprivate static func mixed(_ type: TensorType) -> Diagnostic {
    Diagnostic(
      "the planes of \(type) and their elements cannot be counted for every length",
      help: "bind the named lengths before differentiating")
  }
}
