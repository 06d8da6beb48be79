package import Graphs
package import Tensors

/// Positive numbers with sum 1 along `axis`: `y = eˣ / Σ eˣ`, the largest x taken off first.
///
/// Where x is -∞ all along the axis, as under a mask that hides everything, y is 0 and not NaN.
package struct Softmax: CompositeOp {
  package static let name = "softmax"
  /// Counts from the end iff negative.
  package var axis: Int

  package init(axis: Int = -1) { self.axis = axis }

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    try expectCount(inputs.map { g[$0].type }, 1)
    let x = inputs[0]
    let largest = try g.max(x, axes: [axis])
    let isHidden = try g.equal(largest, g.constant(-.infinity, like: x))
    let shift = try g.where(isHidden, g.constant(0, like: x), largest)
    let exponentials = try g.exp(g.subtract(x, shift))
    let sum = try g.sum(exponentials, axes: [axis])
    return try g.divide(exponentials, g.where(isHidden, g.constant(1, like: x), sum))
  }
}
