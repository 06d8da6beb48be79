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
    y = (-1.1514610310e-1 as Float).addingProduct(y, f)
    y = (1.1676998740e-1 as Float).addingProduct(y, f)
    y = (-1.2420140846e-1 as Float).addingProduct(y, f)
    y = (1.4249322787e-1 as Float).addingProduct(y, f)
    y = (-1.6668057665e-1 as Float).addingProduct(y, f)
    y = (2.0000714765e-1 as Float).addingProduct(y, f)
    y = (-2.4999993993e-1 as Float).addingProduct(y, f)
    y = (3.3333331174e-1 as Float).addingProduct(y, f)
    y = (exponent * -2.12194440e-4).addingProduct(y * f, square)
    y = y.addingProduct(-square, 0.5)
    return (f + y).addingProduct(exponent, 0.693359375)
  }

  /// (sin x, cos x) for x in [0, 2π].
  private static func circular(_ x: Float) -> (sine: Float, cosine: Float) {
    let octant = (Int32(x * 1.2732395) + 1) & ~1
    let turns = Float(octant)
    let rest = x.addingProduct(turns, -0.78515625).addingProduct(turns, -2.4187564849853515625e-4)
      .addingProduct(turns, -3.77489497744594108e-8)
    let square = rest * rest

    var even: Float = 2.443315711809948e-5
    even = (-1.388731625493765e-3 as Float).addingProduct(even, square)
    even = (4.166664568298827e-2 as Float).addingProduct(even, square)
    even = (-(square * 0.5)).addingProduct(even * square, square) + 1

    var odd: Float = -1.9515295891e-4
    odd = (8.3321608736e-3 as Float).addingProduct(odd, square)
    odd = (-1.6666654611e-1 as Float).addingProduct(odd, square)
    odd = rest.addingProduct(odd * square, rest)

    let (sine, cosine) = octant & 2 == 0 ? (odd, even) : (even, odd)
    return (octant & 4 == 0 ? sine : -sine, (octant - 2) & 4 == 0 ? -cosine : cosine)
  }
}
