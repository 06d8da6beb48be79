import Glibc
package import Graphs
package import Tensors

/// `aᵇ`; NaN where `a` is negative and `b` is not whole.
///
/// Evaluation throws where whole numbers have a negative exponent.
package struct Power: BroadcastingOp {
  package static let name = "power"
  package init() {}

  package static func apply(_ a: Double, _ b: Double) -> Double { pow(a, b) }

  package static func apply<Whole: FixedWidthInteger>(_ a: Whole, _ b: Whole) throws(Diagnostic) -> Whole {
    guard b >= 0 else { throw .negativeExponent("\(a)", "\(b)") }
    var (result, square, exponent): (Whole, Whole, Whole) = (1, a, b)
    while exponent > 0 {
      if exponent & 1 == 1 { result = result &* square }
      square = square &* square
      exponent >>= 1
    }
    return result
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    [
      site.wanted[0] ? try baseGradient(site, in: &g) : nil,
      site.wanted[1] ? try exponentGradient(site, in: &g) : nil,
    ]
  }

  /// `b · aᵇ⁻¹`, and 0 where `b` is 0, whatever `a`.
  private func baseGradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> Value {
    let (a, b) = (site.inputs[0], site.inputs[1])
    let zero = try g.constant(0, like: b)
    let slope = try g.multiply(b, g.power(a, g.subtract(b, g.constant(1, like: b))))
    return try g.multiply(site.upstream, g.where(g.equal(b, zero), zero, slope))
  }

  /// `aᵇ · log a`, and 0 where `a` is 0.
  private func exponentGradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> Value {
    let a = site.inputs[0]
    let zero = try g.constant(0, like: a)
    let slope = try g.multiply(site.output, g.log(a))
    return try g.multiply(site.upstream, g.where(g.equal(a, zero), zero, slope))
  }
}

extension Diagnostic {
  fileprivate static func negativeExponent(_ a: String, _ b: String) -> Diagnostic {
    Diagnostic("\(a) to the power \(b) is no whole number", help: "cast to a float first")
  }
}
