import Graphs
package import Tensors

/// The same bits read as elements of another type of the same width.
package struct BitCast: FlatOp {
  package static let name = "bit_cast"
  package var element: DType

  package init(element: DType) { self.element = element }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 1)
    guard inputs[0].element.bits == element.bits else { throw .otherWidth(inputs[0], element) }
    return TensorType(element, inputs[0].dims)
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    try inputs[0].reading(as: element)
  }
}

extension Diagnostic {
  fileprivate static func otherWidth(_ type: TensorType, _ element: DType) -> Diagnostic {
    Diagnostic(
      "\(type) has elements of \(type.element.bits) bits, but \(element) has \(element.bits)",
      help: "cast the elements, or read them as a type of their own width")
  }
}
