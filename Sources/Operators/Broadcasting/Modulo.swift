package import Graphs
package import Tensors

/// What `a` has above a multiple of `b`: `a - b·⌊a / b⌋`, of the sign of `b`.
///
/// Evaluation throws where a whole number is divided by zero.
package struct Modulo: BroadcastingOp {
  package static let name = "modulo"
  package init() {}

  package static func apply(_ a: Double, _ b: Double) -> Double {
    let rest = a.truncatingRemainder(dividingBy: b)
    guard rest != 0 else { return b < 0 ? -0.0 : rest.magnitude }
    return (rest < 0) != (b < 0) ? rest + b : rest
  }

  package static func apply<Whole: FixedWidthInteger>(_ a: Whole, _ b: Whole) throws(Diagnostic) -> Whole {
    guard b != 0 else { throw .noRest("\(a)") }
    let rest = a.remainderReportingOverflow(dividingBy: b).partialValue
    return rest != 0 && (rest < 0) != (b < 0) ? rest &+ b : rest
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
