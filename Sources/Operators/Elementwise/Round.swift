import Graphs

/// The nearest whole number; the even one where two are equally near.
package struct Round: PointwiseOp, FlatOp {
  package static let name = "round"
  package init() {}

  package static func apply(_ x: Double) -> Double { x.rounded(.toNearestOrEven) }
}
