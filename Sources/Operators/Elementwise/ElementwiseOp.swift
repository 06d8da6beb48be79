package import Graphs
package import Tensors

/// An op that computes each element of the result from the same element of its one input, a float.
package protocol ElementwiseOp: Op {
  init()

  static func apply(_ x: Double) -> Double

  /// Appends the derivative at `x`, where the result is `y`.
  static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value
}

extension ElementwiseOp {
  package static var mayOverwrite: [Int] { [0] }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 1)
    try expectFloats(inputs)
    return inputs[0]
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    try Tensor(reals: inputs[0].reals().map(Self.apply), as: type)
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let derivative = try Self.derivative(at: site.inputs[0], site.output, in: &g)
    return [try g.multiply(site.upstream, derivative)]
  }
}
