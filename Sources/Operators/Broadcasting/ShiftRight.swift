import Graphs

/// `⌊a / 2ᵇ⌋`. The numbers have no sign.
package struct ShiftRight: BitwiseOp {
  package static let name = "shift_right"
  package static var isUnsigned: Bool { true }
  package init() {}

  package static func apply<Whole: FixedWidthInteger>(_ a: Whole, _ b: Whole) -> Whole { a >> b }
}
