/// Turns uniform numbers into normal ones with the single-precision polynomials (Cephes) and the fused
/// operations that torch uses on x86-64, so that the bits are torch's on every machine.
enum BoxMuller {
  /// Two normal numbers from two uniform ones in [0, 1).
  static func pair(_ first: Float, _ second: Float) -> (Float, Float) {
    let radius = (-2 * log(1 - first)).squareRoot()
    let (sine, cosine) = circular(6.2831855 * second)
    return (radius * cosine, radius * sine)
  }

  /// ln x for normal positive x.
  private static func log(_ x: Float) -> Float {
    var exponent = Float(Int32(bitPattern: x.bitPattern >> 23) - 126)
    var f = Float(bitPattern: x.bitPattern & 0x007F_FFFF | 0x3F00_0000)
    if f < 0.70710677 {
      exponent -= 1
      f = (f - 1) + f
    } else {
      f -= 1
    }
    let square = f * f
    var y: Float = 7.0376836292e-2
    y = fused(y, f, -1.1514610310e-1)
    y = fused(y, f, 1.1676998740e-1)
    y = fused(y, f, -1.2420140846e-1)
    y = fused(y, f, 1.4249322787e-1)
    y = fused(y, f, -1.6668057665e-1)
    y = fused(y, f, 2.0000714765e-1)
    y = fused(y, f, -2.4999993993e-1)
    y = fused(y, f, 3.3333331174e-1)
    y = fused(y * f, square, exponent * -2.12194440e-4)
    y = fused(-square, 0.5, y)
    return fused(exponent, 0.693359375, f + y)
  }

  /// (sin x, cos x) for x in [0, 2π].
  private static func circular(_ x: Float) -> (sine: Float, cosine: Float) {
    let octant = (Int32(x * 1.2732395) + 1) & ~1
    let turns = Float(octant)
    var rest = fused(turns, -0.78515625, x)
    rest = fused(turns, -2.4187564849853515625e-4, rest)
    rest = fused(turns, -3.77489497744594108e-8, rest)
    let square = rest * rest

    var even: Float = 2.443315711809948e-5
    even = fused(even, square, -1.388731625493765e-3)
    even = fused(even, square, 4.166664568298827e-2)
    even = fused(even * square, square, -(square * 0.5)) + 1

    var odd: Float = -1.9515295891e-4
    odd = fused(odd, square, 8.3321608736e-3)
    odd = fused(odd, square, -1.6666654611e-1)
    odd = fused(odd * square, rest, rest)

    let (sine, cosine) = octant & 2 == 0 ? (odd, even) : (even, odd)
    return (octant & 4 == 0 ? sine : -sine, (octant - 2) & 4 == 0 ? -cosine : cosine)
  }

  /// `a·b + c`, rounded once.
  ///
  /// The product is exact in `Double`; where the sum lies halfway between two `Float`s it may have been
  /// rounded to there, and the fused operation decides.
  @inline(__always)
  private static func fused(_ a: Float, _ b: Float, _ c: Float) -> Float {
    let sum = Double(a) * Double(b) + Double(c)
    return sum.bitPattern & 0x1FFF_FFFF == 0x1000_0000 ? c.addingProduct(a, b) : Float(sum)
  }
}
