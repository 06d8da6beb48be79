/// The format `f8e8m0`: a power of two from 2⁻¹²⁷ to 2¹²⁷, without a sign; the code 255 is NaN.
enum PowerOfTwo {
  static func value(_ code: UInt8) -> Double {
    code == 255 ? .nan : Double(sign: .plus, exponent: Int(code) - 127, significand: 1)
  }

  /// The code of `value`, whose sign is dropped, as ONNX's `Cast` makes it: the exponent of the `Float`,
  /// rounded by its fraction; 0 is 2⁻¹²⁷ (which itself, having no whole
  /// exponent as a `Float`, is rounded too), infinity and NaN are NaN. What is rounded beyond 2¹²⁷ is that power
  /// where `saturates`, else NaN.
  static func code(_ value: Double, _ rounding: ScaleRounding, saturates: Bool) -> UInt8 {
    let float = Float(value)
    let (exponent, fraction) = (float.exponentBitPattern, float.significandBitPattern)
    guard float.isFinite else { return 255 }
    let half: UInt32 = 1 << 22
    let goesUp =
      switch rounding {
      case .up: fraction > 0
      case .down: false
      case .nearest: fraction > half || (fraction == half && exponent > 0)
      }
    let code = UInt8(exponent) + (goesUp ? 1 : 0)
    return saturates ? min(code, 254) : code
  }
}
