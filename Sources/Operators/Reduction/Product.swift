package import Graphs
package import Tensors

/// The product over `axes`; 1 of no elements.
package struct Product: ReductionOp {
  package static let name = "product"
  package var axes: [Int]
  package var keep: Bool

  package init(axes: [Int], keep: Bool = true) { (self.axes, self.keep) = (axes, keep) }

  package static func reduce(_ group: [Double]) -> Double { group.reduce(1, *) }
  package static func reduce<Whole: FixedWidthInteger>(_ group: [Whole]) -> Whole { group.reduce(1, &*) }

  /// The product of the others: of all that are not zero by the element itself, unless another one is zero.
  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let x = site.inputs[0]
    let (zero, one) = (try g.constant(0, like: x), try g.constant(1, like: x))
    let isZero = try g.equal(x, zero)
    let filled = try g.where(isZero, one, x)
    let others = try g.divide(g.add(Product(axes: axes), [filled]), filled)
    let zeros = try g.sum(g.cast(isZero, to: g[x].type.element), axes: axes)
    let otherZeros = try g.subtract(zeros, g.where(isZero, one, zero))
    let slope = try g.where(g.equal(otherZeros, zero), others, zero)
    return [try g.multiply(restoringAxes(site.upstream, of: x, in: &g), slope)]
  }
}
