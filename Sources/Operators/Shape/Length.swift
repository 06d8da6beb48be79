package import Graphs
package import Tensors

/// The number that a dim stands for, as a scalar.
package struct Length: MovingOp {
  package static let name = "length"
  package var dim: Dim
  package var element: DType

  package init(dim: Dim, element: DType) { (self.dim, self.element) = (dim, element) }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 0)
    let type = TensorType(element, [])
    try expectNumbers([type])
    return type
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    let length = try length(dim)
    return element.isFloat
      ? try Tensor(reals: [Double(length)], as: type)
      : try Tensor(integers: [Int64(length)], as: type)
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] { [] }
}
