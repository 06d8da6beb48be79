import Graphs

/// The bits that are set in both.
package struct BitwiseAnd: BitwiseOp {
  package static let name = "bitwise_and"
  package init() {}

  package static func apply<Whole: FixedWidthInteger>(_ a: Whole, _ b: Whole) -> Whole { a & b }
}
