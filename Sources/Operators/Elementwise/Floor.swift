import Graphs

/// The largest whole number that is not above `x`.
package struct Floor: PointwiseOp, FlatOp {
  package static let name = "floor"
  package init() {}

  package static func apply(_ x: Double) -> Double { x.rounded(.down) }
}
