package import Graphs
package import Tensors

/// A smooth ramp: `y = log(1 + eˣ)`, written `max(x, 0) + log(1 + e^-|x|)` so that nothing overflows.
package struct Softplus: CompositeOp {
  package static let name = "softplus"

  package init() {}

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    try expectCount(inputs.map { g[$0].type }, 1)
    let x = inputs[0]
    // Both ties at 0 pass the gradient as for x > 0, so that it is 1 - 1/2 there.
    let ramp = try g.maximum(x, g.constant(0, like: x))
    let decay = try g.exp(g.minimum(g.negate(x), x))
    return try g.add(ramp, g.log(g.add(decay, plus: 1)))
  }
}
