import Graphs

/// `a < b`; false where one is NaN.
package struct Less: ComparisonOp {
  package static let name = "less"
  package init() {}

  package static func holds<Number: Comparable>(_ a: Number, _ b: Number) -> Bool { a < b }
}
