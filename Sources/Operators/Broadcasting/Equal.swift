import Graphs

/// `a = b`; NaN equals nothing.
package struct Equal: ComparisonOp {
  package static let name = "equal"
  package init() {}

  package static func holds<Number: Comparable>(_ a: Number, _ b: Number) -> Bool { a == b }
}
