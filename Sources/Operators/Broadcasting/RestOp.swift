package import Graphs
package import Tensors

/// What a division whose quotient is rounded leaves: `a - q·b`.
///
/// Evaluation throws where a whole number is divided by zero.
package protocol RestOp: BroadcastingOp {}

extension RestOp {
  /// The rest of the sign of `a`. Throws iff `b` is 0.
  static func rest<Whole: FixedWidthInteger>(_ a: Whole, _ b: Whole) throws(Diagnostic) -> Whole {
    guard b != 0 else { throw .dividedByZero("\(a)") }
    return a.remainderReportingOverflow(dividingBy: b).partialValue
  }

  /// Between two jumps the quotient is constant.
  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let (a, b) = (site.inputs[0], site.inputs[1])
    return [
      site.upstream,
      site.wanted[1] ? try g.multiply(site.upstream, g.divide(g.subtract(site.output, a), b)) : nil,
    ]
  }
}

extension Diagnostic {
  static func dividedByZero(_ a: String) -> Diagnostic {
    Diagnostic("the whole number \(a) is divided by zero")
  }
}
