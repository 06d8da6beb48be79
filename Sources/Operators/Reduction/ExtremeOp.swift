package import Graphs
package import Tensors

/// A reduction to an element at the end of an order.
package protocol ExtremeOp: ReductionOp {}

extension ExtremeOp {
  package static var takesTruths: Bool { true }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let x = site.inputs[0]
    let extreme = try restoringAxes(site.output, of: x, in: &g)
    let upstream = try restoringAxes(site.upstream, of: x, in: &g)
    let isExtreme = try g.cast(g.equal(x, extreme), to: g[x].type.element)
    let share = try g.divide(upstream, g.sum(isExtreme, axes: axes))
    return [try g.multiply(isExtreme, share)]
  }
}
