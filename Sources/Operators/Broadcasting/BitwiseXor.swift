import Graphs

/// The bits that are set in one of the two and not in the other.
package struct BitwiseXor: BitwiseOp {
  package static let name = "bitwise_xor"
  package init() {}

  package static func apply<Whole: FixedWidthInteger>(_ a: Whole, _ b: Whole) -> Whole { a ^ b }
}
