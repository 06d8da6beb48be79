package import Graphs
package import Tensors

/// What a division that is cut towards zero leaves of `a`: C's `fmod`, of the sign of `a`.
///
/// Evaluation throws where a whole number is divided by zero.
package struct Remainder: BroadcastingOp {
  package static let name = "remainder"
  package init() {}

  package static func apply(_ a: Double, _ b: Double) -> Double {
    a.truncatingRemainder(dividingBy: b)
  }

  package static func apply<Whole: FixedWidthInteger>(_ a: Whole, _ b: Whole) throws(Diagnostic) -> Whole {
    guard b != 0 else { throw .noRest("\(a)") }
    return a.remainderReportingOverflow(dividingBy: b).partialValue
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let (a, b) = (site.inputs[0], site.inputs[1])
    return [
      site.upstream,
      site.wanted[1] ? try g.multiply(site.upstream, g.divide(g.subtract(site.output, a), b)) : nil,
    ]
  }
}

extension Diagnostic {
  fileprivate static func noRest(_ a: String) -> Diagnostic {
    Diagnostic("the whole number \(a) is divided by zero")
  }
}
