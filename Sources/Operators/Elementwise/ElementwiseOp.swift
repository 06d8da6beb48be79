package import Graphs
package import Tensors

/// A pointwise op with a derivative.
package protocol ElementwiseOp: PointwiseOp {
  /// Appends the derivative at `x`, where the result is `y`.
  static func derivative(at x: Value, _ y: Value, in g: inout Graph) throws(Diagnostic) -> Value
}

extension ElementwiseOp {
  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let derivative = try Self.derivative(at: site.inputs[0], site.output, in: &g)
    return [try g.multiply(site.upstream, derivative)]
  }
}
