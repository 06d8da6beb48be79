import Graphs
package import Tensors

/// What a division that is cut towards zero leaves of `a`: C's `fmod`, of the sign of `a`.
package struct Remainder: RestOp {
  package static let name = "remainder"
  package init() {}

  package static func apply(_ a: Double, _ b: Double) -> Double {
    a.truncatingRemainder(dividingBy: b)
  }

  package static func apply<Whole: FixedWidthInteger>(_ a: Whole, _ b: Whole) throws(Diagnostic) -> Whole {
    try rest(a, b)
  }
}
