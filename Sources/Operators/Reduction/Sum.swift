package import Graphs
package import Tensors

/// The sum over `axes`; 0 where they hold no elements.
package struct Sum: ReductionOp {
  package static let name = "sum"
  package var axes: [Int]
  package var keep: Bool

  package init(axes: [Int], keep: Bool = true) { (self.axes, self.keep) = (axes, keep) }

  package static func reduce(_ group: [Double]) -> Double { group.reduce(0, +) }
  package static func reduce<Whole: FixedWidthInteger>(_ group: [Whole]) -> Whole { group.reduce(0, &+) }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let upstream = try restoringAxes(site.upstream, of: site.inputs[0], in: &g)
    return [try g.broadcast(upstream, g[site.inputs[0]].type.dims)]
  }
}
