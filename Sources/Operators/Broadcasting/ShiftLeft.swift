import Graphs

/// `a · 2ᵇ` without the bits that do not fit. The numbers have no sign.
package struct ShiftLeft: BitwiseOp {
  package static let name = "shift_left"
  package static var isUnsigned: Bool { true }
  package init() {}

  package static func apply<Whole: FixedWidthInteger>(_ a: Whole, _ b: Whole) -> Whole { a << b }
}
