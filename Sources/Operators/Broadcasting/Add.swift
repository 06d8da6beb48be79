package import Graphs
package import Tensors

/// `a + b`.
package struct Add: BroadcastingOp {
  package static let name = "add"
  package init() {}

  package static func apply(_ a: Double, _ b: Double) -> Double { a + b }
  package static func apply<Whole: FixedWidthInteger>(_ a: Whole, _ b: Whole) -> Whole { a &+ b }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    [site.upstream, site.upstream]
  }
}
