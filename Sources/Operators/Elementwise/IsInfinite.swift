import Graphs

/// Whether `x` is infinite, with one of the signs asked for.
package struct IsInfinite: PredicateOp {
  package static let name = "is_inf"
  package var positive: Bool
  package var negative: Bool

  package init(positive: Bool = true, negative: Bool = true) {
    (self.positive, self.negative) = (positive, negative)
  }

  package func holds(_ x: Double) -> Bool { x.isInfinite && (x > 0 ? positive : negative) }
}
