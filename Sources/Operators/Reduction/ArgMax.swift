import Graphs

/// Where along `axis` the largest element is, or the first NaN.
package struct ArgMax: ExtremePlaceOp {
  package static let name = "arg_max"
  package var axis: Int
  package var keep: Bool
  package var last: Bool

  package init(axis: Int, keep: Bool = true, last: Bool = false) {
    (self.axis, self.keep, self.last) = (axis, keep, last)
  }

  package static func isBeyond<Number: Comparable>(_ a: Number, _ b: Number) -> Bool { a > b }
}
