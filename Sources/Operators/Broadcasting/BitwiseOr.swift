import Graphs

/// The bits that are set in one of the two or in both.
package struct BitwiseOr: BitwiseOp {
  package static let name = "bitwise_or"
  package init() {}

  package static func apply<Whole: FixedWidthInteger>(_ a: Whole, _ b: Whole) -> Whole { a | b }
}
