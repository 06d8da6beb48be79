package import Graphs
package import Tensors

/// Of x, for each index, the element that lies in the index's place, but along `axis` where the index says.
///
/// Inputs: x and the indices, whole numbers, of which negative ones count from the end; on the other axes they
/// are no longer than x. The result has the shape of the indices. Evaluation throws where an index is not on the
/// axis.
package struct GatherElements: MovingOp {
  package static let name = "gather_elements"
  /// Counts from the end iff negative.
  package var axis: Int

  package init(axis: Int) { self.axis = axis }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 2)
    try expectIntegers(inputs[1])
    try expectIndices(inputs[1], into: inputs[0], along: axis)
    return TensorType(inputs[0].element, inputs[1].dims)
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    try inputs[0].reading(elementPlaces(inputs[0].type, inputs[1], along: axis), as: type)
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let zeros = try g.broadcast(g.constant(0, like: site.upstream), g[site.inputs[0]].type.dims)
    return [
      try g.add(
        ScatterElements(axis: axis, reduction: .add), [zeros, site.inputs[1], site.upstream]), nil,
    ]
  }
}

extension Op {
  /// Throws iff `indices` have other axes than `x`, or are longer on one but `axis`, as far as is known.
  func expectIndices(_ indices: TensorType, into x: TensorType, along axis: Int) throws(Diagnostic) {
    guard indices.rank == x.rank else { throw .ranks(indices, x, Self.name) }
    let place = try place(of: axis, in: x)
    for other in x.dims.indices where other != place {
      guard let room = x.dims[other] - indices.dims[other], (room.fixed ?? 0) >= 0 else {
        throw .tooLong(other, indices, x, Self.name)
      }
    }
  }

  /// The places in an array of type `x` that `indices` along `axis` name.
  func elementPlaces(_ x: TensorType, _ indices: Tensor, along axis: Int) throws(Diagnostic) -> [Int] {
    guard indices.count > 0, let shape = x.shape else { return [] }
    let place = try place(of: axis, in: x)
    let stride = StridedView(of: shape).strides[place]
    var view = StridedView(shape: indices.shape, strides: StridedView(of: shape).strides)
    view.strides[place] = 0
    let rows = try indices.rows(below: shape[place], of: axis)
    return zip(view.places, rows).map { $0 + $1 * stride }
  }
}

extension Diagnostic {
  fileprivate static func ranks(_ indices: TensorType, _ x: TensorType, _ op: String) -> Diagnostic {
    Diagnostic("\(op) takes as many axes of indices as of x, but it is given \(indices) and \(x)")
  }
  fileprivate static func tooLong(_ axis: Int, _ indices: TensorType, _ x: TensorType, _ op: String)
    -> Diagnostic
  {
    Diagnostic("axis \(axis) of the indices \(indices) of \(op) is longer than that of \(x)")
  }
}
