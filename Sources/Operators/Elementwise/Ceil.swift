import Graphs

/// The smallest whole number that is not below `x`.
package struct Ceil: PointwiseOp, FlatOp {
  package static let name = "ceil"
  package init() {}

  package static func apply(_ x: Double) -> Double { x.rounded(.up) }
}
