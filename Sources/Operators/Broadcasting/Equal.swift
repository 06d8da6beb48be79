import Graphs

/// `a = b`, of truth values too; NaN equals nothing.
package struct Equal: ComparisonOp {
  package static let name = "equal"
  package static var takesTruths: Bool { true }
  package init() {}

  package static func holds<Number: Comparable>(_ a: Number, _ b: Number) -> Bool { a == b }
}
