package import Graphs
package import Tensors

/// Axis `i` of the result is axis `permutation[i]` of the input.
package struct Transpose: MovingOp {
  package static let name = "transpose"
  package var permutation: [Int]

  package init(permutation: [Int]) { self.permutation = permutation }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 1)
    guard permutation.sorted() == Array(inputs[0].dims.indices) else {
      throw .permutation(permutation, inputs[0])
    }
    return TensorType(inputs[0].element, permutation.map { inputs[0].dims[$0] })
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    let whole = StridedView(of: inputs[0].shape)
    let turned = StridedView(
      shape: permutation.map { whole.shape[$0] }, strides: permutation.map { whole.strides[$0] })
    return try inputs[0].reading(turned.places, as: type)
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    [try g.transpose(site.upstream, permutation.indices.sorted { permutation[$0] < permutation[$1] })]
  }
}

extension Diagnostic {
  fileprivate static func permutation(_ permutation: [Int], _ type: TensorType) -> Diagnostic {
    Diagnostic("\(permutation) does not name each of the \(type.rank) axes of \(type) once")
  }
}
