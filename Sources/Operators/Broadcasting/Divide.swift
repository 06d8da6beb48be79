package import Graphs
package import Tensors

/// `a / b`; whole numbers are cut towards zero.
///
/// Evaluation throws where a whole number is divided by zero or the quotient does not fit.
package struct Divide: BroadcastingOp {
  package static let name = "divide"
  package init() {}

  package static func apply(_ a: Double, _ b: Double) -> Double { a / b }

  package static func apply<Whole: FixedWidthInteger>(_ a: Whole, _ b: Whole) throws(Diagnostic) -> Whole {
    let (quotient, overflow) = a.dividedReportingOverflow(by: b)
    guard !overflow else { throw .noQuotient("\(a)", "\(b)", "\(Whole.self)") }
    return quotient
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let part = try g.divide(site.upstream, site.inputs[1])
    return [
      site.wanted[0] ? part : nil,
      site.wanted[1] ? try g.negate(g.multiply(part, site.output)) : nil,
    ]
  }
}

extension Diagnostic {
  fileprivate static func noQuotient(_ a: String, _ b: String, _ type: String) -> Diagnostic {
    Diagnostic("\(a) / \(b) has no value in \(type)")
  }
}
