import Graphs

/// -1 below 0, 1 above it; 0 and NaN stay. Whole numbers too.
package struct Sign: WholePointwiseOp, FlatOp {
  package static let name = "sign"
  package init() {}

  package static func apply(_ x: Double) -> Double { x > 0 ? 1 : x < 0 ? -1 : x }
  package static func apply<Whole: FixedWidthInteger>(_ x: Whole) -> Whole { x.signum() }
}
