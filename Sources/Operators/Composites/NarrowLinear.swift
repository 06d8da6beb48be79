package import Graphs
package import Tensors

/// A fully connected layer whose operands are rounded to a narrower float; the sums are not:
/// `y = round(x)·round(w)ᵀ + b`.
///
/// Inputs: x `[…, K]`, which gives the result its element type, w `[N, K]`, of that type or narrow already, and
/// optionally b `[N]`. Result: `[…, N]`.
package struct NarrowLinear: CompositeOp {
  package static let name = "narrow_linear"
  /// What x and w are rounded to.
  package var element: DType

  package init(element: DType) { self.element = element }

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    try expectCount(inputs.map { g[$0].type }, 2...3)
    let operands = try g.rounded(Array(inputs.prefix(2)), to: element)
    return try g.add(Linear(), operands + inputs.dropFirst(2))
  }

  package func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost {
    let product = 2 * Double(output.count ?? 0) * Double(inputs[1].dims.last?.fixed ?? 0)
    let bias = inputs.count > 2 ? Double(output.count ?? 0) : 0
    return .touching(inputs, output, flops: product + bias, narrowFlops: product)
  }
}
