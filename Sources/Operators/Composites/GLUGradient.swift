package import Graphs
package import Tensors

/// The gradient of `glu` by x: with x's halves v and g, and u the gradient by the result,
///
///     [u·activation(g), u·v·activation'(g)]
///
/// Inputs: x `[…, 2F]`, the gradient by the result `[…, F]`. Result: `[…, 2F]`.
package struct GLUGradient: CompositeOp {
  package static let name = "glu_gradient"
  package var activation: GLU.Activation

  package init(activation: GLU.Activation) { self.activation = activation }

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    try expectCount(inputs.map { g[$0].type }, 2)
    let (x, upstream) = (inputs[0], inputs[1])
    let result = try GLU(activation: activation).infer([g[x].type])
    guard g[upstream].type == result, let half = result.dims.last else {
      throw .upstream(g[upstream].type, result)
    }
    let value = try g.slice(x, axis: -1, start: 0, length: half)
    let gate = try g.slice(x, axis: -1, start: half, length: half)
    let bent = try g.add(activation.op, [gate])
    let byValue = try g.multiply(upstream, bent)
    let byBent = try g.multiply(upstream, value)
    let byGate = try g.multiply(byBent, slope(at: gate, bent, in: &g))
    return try g.concat([byValue, byGate], axis: -1)
  }

  /// The slope of the activation where it gives `bent` for `x`.
  private func slope(at x: Value, _ bent: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    switch activation {
    case .sigmoid: return try g.multiply(bent, g.subtract(g.constant(1, like: x), bent))
    case .silu:
      let share = try g.sigmoid(x)
      return try g.multiply(share, g.add(g.subtract(x, bent), plus: 1))
    case .gelu:
      let density = try g.multiply(
        g.exp(g.multiply(g.square(x), by: -0.5)), by: 1 / (2 * Double.pi).squareRoot())
      let share = try g.multiply(g.add(g.erf(g.multiply(x, by: 0.5.squareRoot())), plus: 1), by: 0.5)
      return try g.add(share, g.multiply(x, density))
    case .geluTanh:
      let root = (2 / Double.pi).squareRoot()
      let square = try g.square(x)
      let bend = try g.tanh(
        g.multiply(g.multiply(x, g.add(g.multiply(square, by: 0.044715), plus: 1)), by: root))
      let rise = try g.multiply(g.add(g.multiply(square, by: 3 * 0.044715), plus: 1), by: root)
      let fall = try g.subtract(g.constant(1, like: x), g.square(bend))
      return try g.multiply(
        g.add(g.add(bend, plus: 1), g.multiply(g.multiply(x, fall), rise)), by: 0.5)
    }
  }
}

extension Diagnostic {
  fileprivate static func upstream(_ given: TensorType, _ result: TensorType) -> Diagnostic {
    Diagnostic("the gradient given for the glu is \(given), but its result is \(result)")
  }
}
