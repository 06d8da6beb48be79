package import Graphs
package import Tensors

/// An op whose result does not follow small changes of its inputs: whole numbers, truth values, steps. Its
/// gradient is zero.
package protocol FlatOp: Op {}

extension FlatOp {
  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    site.inputs.map { _ in nil }
  }
}
