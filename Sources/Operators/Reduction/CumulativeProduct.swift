package import Graphs
package import Tensors

/// For each element the product of all up to it along `axis`. It has no gradient.
package struct CumulativeProduct: CumulativeOp {
  package static let name = "cumulative_product"
  package var axis: Int
  package var exclusive: Bool
  package var reverse: Bool

  package init(axis: Int, exclusive: Bool = false, reverse: Bool = false) {
    (self.axis, self.exclusive, self.reverse) = (axis, exclusive, reverse)
  }

  package static var neutral: Int8 { 1 }
  package static func apply(_ a: Double, _ b: Double) -> Double { a * b }
  package static func apply<Whole: FixedWidthInteger>(_ a: Whole, _ b: Whole) -> Whole { a &* b }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    throw .noGradient
  }
}

extension Diagnostic {
  fileprivate static var noGradient: Diagnostic { Diagnostic("cumulative_product has no gradient") }
}
