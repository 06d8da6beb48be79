package import Graphs
package import Tensors

/// The data `[*k, *s]` with each slice of the updates `[*i, *s]` put where a tuple of indices `[*i, k]` says.
///
/// Negative indices count from the end. Evaluation throws where one is not on its axis.
package struct ScatterND: ScatterOp {
  package static let name = "scatter_nd"
  package var reduction: ScatterReduction

  package init(reduction: ScatterReduction = .none) { self.reduction = reduction }

  package func expectFit(_ inputs: [TensorType]) throws(Diagnostic) {
    let count = try expectTuples(inputs[1], into: inputs[0], batch: 0)
    let dims = Array(inputs[1].dims.dropLast() + inputs[0].dims[count...])
    let expected = TensorType(inputs[0].element, dims)
    guard inputs[2] == expected else { throw .updates(inputs[2], expected) }
  }

  package func places(_ data: TensorType, _ indices: Tensor, _ updates: TensorType) throws(Diagnostic)
    -> [Int]
  {
    updates.count == 0 ? [] : try tuplePlaces(data, indices, batch: 0)
  }

  package func gather(_ x: Value, _ indices: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.add(GatherND(), [x, indices])
  }
}

extension Diagnostic {
  fileprivate static func updates(_ given: TensorType, _ expected: TensorType) -> Diagnostic {
    Diagnostic("scatter_nd takes updates \(expected) for these indices, but it is given \(given)")
  }
}
