package import Graphs
package import Tensors

/// `a / b`; whole numbers are cut towards zero, and the least by -1 is itself.
///
/// Evaluation throws where a whole number is divided by zero.
package struct Divide: BroadcastingOp {
  package static let name = "divide"
  package init() {}

  package static func apply(_ a: Double, _ b: Double) -> Double { a / b }

  package static func apply<Whole: FixedWidthInteger>(_ a: Whole, _ b: Whole) throws(Diagnostic) -> Whole {
    guard b != 0 else { throw .dividedByZero("\(a)") }
    return a.dividedReportingOverflow(by: b).partialValue
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let part = try g.divide(site.upstream, site.inputs[1])
    return [
      site.wanted[0] ? part : nil,
      site.wanted[1] ? try g.negate(g.multiply(part, site.output)) : nil,
    ]
  }
}
