package import Graphs
package import Tensors

/// The data with each update put to the place in which it lies, but along `axis` where its index says.
///
/// Inputs: data; indices, whole numbers, of which negative ones count from the end, on the other axes no longer
/// than the data; updates of the indices' shape. Evaluation throws where an index is not on the axis.
package struct ScatterElements: ScatterOp {
  package static let name = "scatter_elements"
  /// Counts from the end iff negative.
  package var axis: Int
  package var reduction: ScatterReduction

  package init(axis: Int, reduction: ScatterReduction = .none) {
    (self.axis, self.reduction) = (axis, reduction)
  }

  package func expectFit(_ inputs: [TensorType]) throws(Diagnostic) {
    try expectIndices(inputs[1], into: inputs[0], along: axis)
    guard inputs[1].dims == inputs[2].dims else { throw .updates(inputs[1], inputs[2]) }
  }

  package func places(_ data: TensorType, _ indices: Tensor, _ updates: TensorType) throws(Diagnostic)
    -> [Int]
  {
    try elementPlaces(data, indices, along: axis)
  }

  package func gather(_ x: Value, _ indices: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.add(GatherElements(axis: axis), [x, indices])
  }
}

extension Diagnostic {
  fileprivate static func updates(_ indices: TensorType, _ updates: TensorType) -> Diagnostic {
    Diagnostic("scatter_elements takes updates of the indices' shape, but is given \(indices) and \(updates)")
  }
}
