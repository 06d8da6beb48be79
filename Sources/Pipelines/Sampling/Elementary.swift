/// Elementary functions from the basic operations alone, so that every machine gives the same bits.
///
/// The `Double` forms are within a few units in the last place; the `Float` forms are those, rounded once,
/// which is the correctly rounded value but for about one argument in 10⁸.
enum Elementary {
  /// The `Float` nearest to π; `Float.pi` is the one below.
  static let pi: Float = 3.14159274

  static func exp(_ x: Double) -> Double {
    guard x.magnitude < 750 else { return x.isNaN ? x : x < 0 ? 0 : .infinity }
    let power = (x * 1.4426950408889634).rounded()
    let rest = (x - power * ln2High) - power * ln2Low
    return Double(sign: .plus, exponent: Int(power), significand: 1 + rest * series(rest, inverseFactorials))
  }

  /// `exp(x) - 1` without cancellation.
  static func expm1(_ x: Double) -> Double {
    x.magnitude < 0.35 ? x * series(x, inverseFactorials) : exp(x) - 1
  }

  static func log(_ x: Double) -> Double {
    guard x > 0, x.isFinite else { return x == 0 ? -.infinity : x > 0 ? x : .nan }
    var (fraction, exponent) = (x.significand, Double(x.exponent))
    if fraction > 1.4142135623730951 { (fraction, exponent) = (fraction / 2, exponent + 1) }
    let ratio = (fraction - 1) / (fraction + 1)
    let tail = 2 * ratio * series(ratio * ratio, inverseOdds)
    return exponent * ln2High + (tail + exponent * ln2Low)
  }

  static func atan(_ x: Double) -> Double {
    guard x.magnitude <= 1 else {
      return x.isNaN ? x : (x < 0 ? -1 : 1) * (1.5707963267948966 - atan(1 / x.magnitude))
    }
    var small = x
    for _ in 0..<2 { small /= 1 + (1 + small * small).squareRoot() }
    return 4 * small * series(-small * small, inverseOdds)
  }

  /// For `|x|` up to 10⁵.
  static func sin(_ x: Double) -> Double { circular(x, quarterTurns: 0) }
  /// For `|x|` up to 10⁵.
  static func cos(_ x: Double) -> Double { circular(x, quarterTurns: 1) }

  static func exp(_ x: Float) -> Float { Float(exp(Double(x))) }
  static func expm1(_ x: Float) -> Float { Float(expm1(Double(x))) }
  static func log(_ x: Float) -> Float { Float(log(Double(x))) }
  static func atan(_ x: Float) -> Float { Float(atan(Double(x))) }
  static func sin(_ x: Float) -> Float { Float(sin(Double(x))) }
  static func cos(_ x: Float) -> Float { Float(cos(Double(x))) }
}

extension Elementary {
  /// ln 2 in two parts; small integers times the first are exact.
  private static let ln2High = 6.93147180369123816490e-01
  private static let ln2Low = 1.90821492927058770002e-10
  /// 1/1!, 1/2!, …, 1/15!
  private static let inverseFactorials: [Double] = {
    var factorial = 1.0
    return (1...15).map { order in
      factorial *= Double(order)
      return 1 / factorial
    }
  }()
  /// 1, 1/3, 1/5, …, 1/29
  private static let inverseOdds: [Double] = (0..<15).map { 1 / Double(2 * $0 + 1) }
  /// 1, -1/3!, 1/5!, … as a series in x²: sin(x)/x.
  private static let sine: [Double] = (0..<10).map { order in
    (1...(2 * order + 1)).reduce(1.0) { $0 / Double($1) } * (order % 2 == 0 ? 1 : -1)
  }
  /// 1, -1/2!, 1/4!, … as a series in x²: cos(x).
  private static let cosine: [Double] = (0..<10).map { order in
    (0..<(2 * order)).reduce(1.0) { $0 / Double($1 + 1) } * (order % 2 == 0 ? 1 : -1)
  }

  /// `c₀ + c₁x + c₂x² + …`
  private static func series(_ x: Double, _ coefficients: [Double]) -> Double {
    coefficients.reversed().reduce(0) { $0 * x + $1 }
  }

  /// `sin(x + turns · π/2)`
  private static func circular(_ x: Double, quarterTurns turns: Int) -> Double {
    guard x.magnitude <= 100_000 else { return .nan }
    let quarter = (x * 0.6366197723675814).rounded()
    // π/2 in two parts; integers up to 2²⁰ times the first are exact.
    let rest = (x - quarter * 1.57079632673412561417) - quarter * 6.07710050650619224932e-11
    let square = rest * rest
    switch (Int(quarter) + turns) & 3 {
    case 0: return rest * series(square, sine)
    case 1: return series(square, cosine)
    case 2: return -rest * series(square, sine)
    default: return -series(square, cosine)
    }
  }
}
