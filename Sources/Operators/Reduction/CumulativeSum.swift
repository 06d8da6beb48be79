package import Graphs
package import Tensors

/// For each element the sum of all up to it along `axis`.
package struct CumulativeSum: CumulativeOp {
  package static let name = "cumulative_sum"
  package var axis: Int
  package var exclusive: Bool
  package var reverse: Bool

  package init(axis: Int, exclusive: Bool = false, reverse: Bool = false) {
    (self.axis, self.exclusive, self.reverse) = (axis, exclusive, reverse)
  }

  package static var neutral: Int8 { 0 }
  package static func apply(_ a: Double, _ b: Double) -> Double { a + b }
  package static func apply<Whole: FixedWidthInteger>(_ a: Whole, _ b: Whole) -> Whole { a &+ b }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    [try g.add(CumulativeSum(axis: axis, exclusive: exclusive, reverse: !reverse), [site.upstream])]
  }
}
