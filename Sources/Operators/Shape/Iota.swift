package import Graphs
package import Tensors

/// `[0, 1, 2, …, length - 1]`.
package struct Iota: MovingOp {
  package static let name = "iota"
  package var length: Dim
  package var element: DType

  package init(length: Dim, element: DType) { (self.length, self.element) = (length, element) }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 0)
    let type = try typed(element, [length])
    try expectNumbers([type])
    return type
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    let numbers = 0..<(try length(length))
    return element.isFloat
      ? try Tensor(reals: numbers.map(Double.init), as: type)
      : try Tensor(integers: numbers.map(Int64.init), as: type)
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] { [] }
}
