import Graphs
package import Tensors

/// What `a` has above a multiple of `b`: `a - b·⌊a / b⌋`, of the sign of `b`.
package struct Modulo: RestOp {
  package static let name = "modulo"
  package init() {}

  package static func apply(_ a: Double, _ b: Double) -> Double {
    let rest = a.truncatingRemainder(dividingBy: b)
    guard rest != 0 else { return b < 0 ? -0.0 : rest.magnitude }
    return (rest < 0) != (b < 0) ? rest + b : rest
  }

  package static func apply<Whole: FixedWidthInteger>(_ a: Whole, _ b: Whole) throws(Diagnostic) -> Whole {
    let rest = try rest(a, b)
    return rest != 0 && (rest < 0) != (b < 0) ? rest &+ b : rest
  }
}
