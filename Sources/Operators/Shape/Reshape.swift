package import Graphs
package import Tensors

/// The same elements, in row-major order, under other dims.
package struct Reshape: MovingOp {
  package static let name = "reshape"
  package static var mayOverwrite: [Int] { [0] }
  package var dims: [Dim]

  package init(dims: [Dim]) { self.dims = dims }

  /// Throws iff the numbers of elements are not equal for every length of the names. Where a rounded quotient of
  /// a name leaves that open, the question is asked again once the names are bound.
  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 1)
    let result = try typed(inputs[0].element, dims)
    guard let before = inputs[0].dims.product, let after = dims.product,
      before == after || before.isRounded || after.isRounded
    else { throw .count(inputs[0], result) }
    return result
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    guard let shape = type.shape else { throw .count(inputs[0].type, type) }
    return try inputs[0].reshaped(shape)
  }

  package func view(_ inputs: [TensorType], _ output: TensorType) -> View? { View() }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    [try g.reshape(site.upstream, g[site.inputs[0]].type.dims)]
  }
}

extension Diagnostic {
  fileprivate static func count(_ before: TensorType, _ after: TensorType) -> Diagnostic {
    let counts = [before, after].map { $0.count.map { " (\($0) elements)" } ?? "" }
    return Diagnostic("\(before)\(counts[0]) cannot be reshaped to \(after)\(counts[1])")
  }
}
