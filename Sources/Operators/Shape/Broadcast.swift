package import Graphs
package import Tensors

/// The input repeated along every axis on which it is 1 and `dims` is not, axes aligned at the right.
package struct Broadcast: MovingOp {
  package static let name = "broadcast"
  package var dims: [Dim]

  package init(dims: [Dim]) { self.dims = dims }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 1)
    let result = try typed(inputs[0].element, dims)
    guard try TensorType.broadcastDims([inputs[0], result]) == dims else {
      throw .narrower(inputs[0], result)
    }
    return result
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    try inputs[0].reading(inputs[0].places(over: type), as: type)
  }

  package func view(_ inputs: [TensorType], _ output: TensorType) -> View? {
    inputs[0].count == output.count ? View() : nil
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    [site.upstream]
  }
}

extension Diagnostic {
  fileprivate static func narrower(_ type: TensorType, _ result: TensorType) -> Diagnostic {
    Diagnostic("\(type) does not broadcast to \(result): an axis would shrink")
  }
}
