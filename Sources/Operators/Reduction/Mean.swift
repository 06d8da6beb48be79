package import Graphs
package import Tensors

/// The arithmetic mean over `axes`; of no elements NaN. Of whole numbers it is cut towards zero, and 0 of none.
package struct Mean: ReductionOp {
  package static let name = "mean"
  package var axes: [Int]
  package var keep: Bool

  package init(axes: [Int], keep: Bool = true) { (self.axes, self.keep) = (axes, keep) }

  package static func reduce(_ group: [Double]) -> Double { group.reduce(0, +) / Double(group.count) }
  package static func reduce<Whole: FixedWidthInteger>(_ group: [Whole]) -> Whole {
    Whole(saturating: reduce(group.map { Double($0) }))
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let type = g[site.inputs[0]].type
    var part = try restoringAxes(site.upstream, of: site.inputs[0], in: &g)
    for place in try places(in: type).sorted() {
      part = try g.divide(part, g.length(of: type.dims[place], like: part))
    }
    return [try g.broadcast(part, type.dims)]
  }
}
