package import Graphs
package import Tensors

/// The largest element over `axes`, NaN where one is. Equal largest ones share the gradient.
package struct Max: ReductionOp {
  package static let name = "max"
  package static var isEmptyAllowed: Bool { false }
  package var axes: [Int]
  package var keep: Bool

  package init(axes: [Int], keep: Bool = true) { (self.axes, self.keep) = (axes, keep) }

  package static func reduce(_ group: [Double]) -> Double {
    group.reduce(-.infinity) { $0.isNaN || $0 >= $1 ? $0 : $1 }
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let x = site.inputs[0]
    let largest = try restoringAxes(site.output, of: x, in: &g)
    let upstream = try restoringAxes(site.upstream, of: x, in: &g)
    let isLargest = try g.cast(g.equal(x, largest), to: g[x].type.element)
    let share = try g.divide(upstream, g.sum(isLargest, axes: axes))
    return [try g.multiply(isLargest, share)]
  }
}
