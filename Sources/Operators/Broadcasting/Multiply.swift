package import Graphs
package import Tensors

/// `a · b`.
package struct Multiply: BroadcastingOp {
  package static let name = "multiply"
  package init() {}

  package static func apply(_ a: Double, _ b: Double) -> Double { a * b }
  package static func apply<Whole: FixedWidthInteger>(_ a: Whole, _ b: Whole) -> Whole { a &* b }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let (a, b) = (site.inputs[0], site.inputs[1])
    return [
      site.wanted[0] ? try g.multiply(site.upstream, b) : nil,
      site.wanted[1] ? try g.multiply(site.upstream, a) : nil,
    ]
  }
}
