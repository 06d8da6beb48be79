package import Graphs
package import Tensors

/// The smaller of `a` and `b`, NaN where one is; equal ones pass the gradient to `a`.
package struct Minimum: BroadcastingOp {
  package static let name = "minimum"
  package init() {}

  package static func apply(_ a: Double, _ b: Double) -> Double { a.isNaN || a <= b ? a : b }
  package static func apply<Whole: FixedWidthInteger>(_ a: Whole, _ b: Whole) -> Whole { min(a, b) }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let (a, b) = (site.inputs[0], site.inputs[1])
    let (zero, isLarger) = (try g.constant(0, like: a), try g.less(b, a))
    return [
      site.wanted[0] ? try g.where(isLarger, zero, site.upstream) : nil,
      site.wanted[1] ? try g.where(isLarger, site.upstream, zero) : nil,
    ]
  }
}
