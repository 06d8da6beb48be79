import Graphs
import Operators
import Tensors

/// A value taken apart into `number · Π factors / Π divisors`, however its products are nested.
///
/// Looks through multiply, divide, reciprocal, negate, square, power with the exponent 2 or 3 and scalar
/// constants of floats; every other value is a factor or divisor as it stands.
struct Product {
  private(set) var number = 1.0
  private(set) var factors: [Value] = []
  private(set) var divisors: [Value] = []

  /// Products beyond this many parts are of no interest, and the walk over them is bounded by it.
  private static let mostParts = 8
  private static let mostSteps = 48

  /// Values in `opaque` are not looked into. `nil` iff there are too many parts.
  init?(_ value: Value, in graph: Graph, opaque: Set<Value> = []) {
    guard graph[value].type.element.isFloat else { return nil }
    var open: [(value: Value, isDivisor: Bool)] = [(value, false)]
    for _ in 0..<Self.mostSteps {
      guard let (value, isDivisor) = open.popLast() else { return }
      let node = graph[value]
      let inputs = node.inputs
      if opaque.contains(value) {
        append(value, isDivisor)
      } else if let scalar = graph.scalar(value) {
        number = isDivisor ? number / scalar : number * scalar
      } else if node.op is Multiply {
        open += inputs.reversed().map { ($0, isDivisor) }
      } else if node.op is Divide {
        open += [(inputs[1], !isDivisor), (inputs[0], isDivisor)]
      } else if node.op is Reciprocal {
        open.append((inputs[0], !isDivisor))
      } else if node.op is Negate {
        number.negate()
        open.append((inputs[0], isDivisor))
      } else if let (base, exponent) = graph.power(value) {
        open += Array(repeating: (base, isDivisor), count: exponent)
      } else {
        append(value, isDivisor)
      }
      guard open.count + factors.count + divisors.count <= Self.mostParts else { return nil }
    }
    return nil
  }

  private mutating func append(_ value: Value, _ isDivisor: Bool) {
    if isDivisor { divisors.append(value) } else { factors.append(value) }
  }

  /// Whether the number is `other` up to the rounding of `f32`.
  func hasNumber(_ other: Double) -> Bool { (number - other).magnitude <= 1e-6 * other.magnitude }

  /// The factors without one that is `value`, or `nil` iff none is.
  func factors(without value: Value) -> [Value]? {
    guard let place = factors.firstIndex(of: value) else { return nil }
    var rest = factors
    rest.remove(at: place)
    return rest
  }
}
