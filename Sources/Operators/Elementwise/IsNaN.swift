import Graphs

/// Whether `x` is no number.
package struct IsNaN: PredicateOp {
  package static let name = "is_nan"
  package init() {}

  package func holds(_ x: Double) -> Bool { x.isNaN }
}
