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
    throw Diagnostic("\(Self.name) has no expansion yet", kind: .software)
  }
}
