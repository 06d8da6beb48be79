package import Graphs
package import Tensors

/// The slices of x that tuples of indices name: the last axis of the indices `[*b, *i, k]` holds places on the
/// k axes of x `[*b, *k, *s]` that follow the first `batch`, which both share. Result `[*b, *i, *s]`.
///
/// Negative indices count from the end. Evaluation throws where one is not on its axis.
package struct GatherND: MovingOp {
  package static let name = "gather_nd"
  package var batch: Int

  package init(batch: Int = 0) { self.batch = batch }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 2)
    let count = try expectTuples(inputs[1], into: inputs[0], batch: batch)
    return TensorType(inputs[0].element, inputs[1].dims.dropLast() + inputs[0].dims[(batch + count)...])
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    guard type.count != 0 else { return try Tensor(type, bytes: []) }
    return try inputs[0].reading(tuplePlaces(inputs[0].type, inputs[1], batch: batch), as: type)
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    guard batch == 0 else { throw .batch(batch) }
    let zeros = try g.broadcast(g.constant(0, like: site.upstream), g[site.inputs[0]].type.dims)
    return [try g.add(ScatterND(reduction: .add), [zeros, site.inputs[1], site.upstream]), nil]
  }
}

extension Op {
  /// How many axes of `x` the tuples in `indices` name. Throws iff the two do not share `batch` axes, the
  /// length of the tuples is open, or `x` has too few axes.
  func expectTuples(_ indices: TensorType, into x: TensorType, batch: Int) throws(Diagnostic) -> Int {
    try expectIntegers(indices)
    guard let count = indices.dims.last?.fixed, batch >= 0, batch < indices.rank, count >= 0,
      count <= x.rank - batch, x.dims[..<batch] == indices.dims[..<batch]
    else { throw .tuples(indices, x, batch, Self.name) }
    return count
  }

  /// The places of the elements of all slices of an array of type `x` that the tuples in `indices` name.
  func tuplePlaces(_ x: TensorType, _ indices: Tensor, batch: Int) throws(Diagnostic) -> [Int] {
    guard let shape = x.shape, let count = indices.shape.last else { return [] }
    let strides = StridedView(of: shape).strides
    let (width, tuples) = (shape[(batch + count)...].reduce(1, *), indices.shape.dropLast())
    let numbers = try indices.integers()
    let perBatch = tuples.dropFirst(batch).reduce(1, *)
    var places: [Int] = []
    for tuple in 0..<tuples.reduce(1, *) where width > 0 {
      var start = tuple / perBatch * (batch > 0 ? strides[batch - 1] : 0)
      for axis in 0..<count {
        let (index, length) = (numbers[tuple * count + axis], shape[batch + axis])
        guard index >= -length, index < length else { throw .outside(index, length, batch + axis) }
        start += (Int(index) + (index < 0 ? length : 0)) * strides[batch + axis]
      }
      places += start..<start + width
    }
    return places
  }
}

extension Diagnostic {
  fileprivate static func tuples(_ indices: TensorType, _ x: TensorType, _ batch: Int, _ op: String)
    -> Diagnostic
  {
    Diagnostic(
      """
      \(op) takes indices whose last axis has a fixed length no greater than the axes of x, and whose first \
      \(batch) axes are those of x, but it is given \(indices) and \(x)
      """
    )
  }
  fileprivate static func outside(_ index: Int64, _ length: Int, _ axis: Int) -> Diagnostic {
    Diagnostic("the index \(index) is not on axis \(axis), which has \(length) elements")
  }
  fileprivate static func batch(_ batch: Int) -> Diagnostic {
    Diagnostic("gather_nd with batch=\(batch) has no gradient")
  }
}
