/// A format of floats of eight bits and fewer: a sign, an exponent, a fraction, and what the last codes mean.
///
/// Sources: the OCP specifications of OFP8 and of the MX formats; onnx, `docs/docsgen/source/technical/float8.md`;
/// ml_dtypes, whose codes these are bit for bit.
struct SmallFloat {
  let exponentBits: Int
  let fractionBits: Int
  let bias: Int
  let special: Special

  /// Which codes are no finite numbers.
  enum Special {
    /// None: what is too large is the largest, and NaN is a zero of the other sign.
    case none
    /// The largest magnitude is NaN.
    case lastIsNaN
    /// As in IEEE 754: the largest exponent is infinity and NaNs.
    case infinities
    /// The negative zero is NaN, and there is no other.
    case negativeZeroIsNaN
  }

  /// `nil` iff the elements are no such floats; `f8e8m0` has no sign and is a `PowerOfTwo`.
  init?(_ element: DType) {
    switch element {
    case .f4: self.init(exponentBits: 2, fractionBits: 1, bias: 1, special: .none)
    case .f6e2m3: self.init(exponentBits: 2, fractionBits: 3, bias: 1, special: .none)
    case .f6e3m2: self.init(exponentBits: 3, fractionBits: 2, bias: 3, special: .none)
    case .f8e4m3: self.init(exponentBits: 4, fractionBits: 3, bias: 7, special: .lastIsNaN)
    case .f8e4m3fnuz: self.init(exponentBits: 4, fractionBits: 3, bias: 8, special: .negativeZeroIsNaN)
    case .f8e5m2: self.init(exponentBits: 5, fractionBits: 2, bias: 15, special: .infinities)
    case .f8e5m2fnuz: self.init(exponentBits: 5, fractionBits: 2, bias: 16, special: .negativeZeroIsNaN)
    default: return nil
    }
  }

  private init(exponentBits: Int, fractionBits: Int, bias: Int, special: Special) {
    (self.exponentBits, self.fractionBits) = (exponentBits, fractionBits)
    (self.bias, self.special) = (bias, special)
  }

  private var signBit: Int { 1 << (exponentBits + fractionBits) }
  /// The code of infinity, where there is one.
  private var infinity: Int { ((1 << exponentBits) - 1) << fractionBits }
  private var largest: Int {
    switch special {
    case .none, .negativeZeroIsNaN: signBit - 1
    case .lastIsNaN: signBit - 2
    case .infinities: infinity - 1
    }
  }

  /// The number that `code` stands for.
  func value(_ code: UInt8) -> Double {
    let magnitude = Int(code) & (signBit - 1)
    let isNegative = Int(code) & signBit != 0
    if special == .negativeZeroIsNaN, isNegative, magnitude == 0 { return .nan }
    guard magnitude <= largest else {
      guard special == .infinities, magnitude == infinity else { return .nan }
      return isNegative ? -.infinity : .infinity
    }
    let (exponent, fraction) = (magnitude >> fractionBits, magnitude & ((1 << fractionBits) - 1))
    let steps = exponent == 0 ? fraction : fraction + 1 << fractionBits
    return Double(
      sign: isNegative ? .minus : .plus, exponent: max(exponent, 1) - bias - fractionBits,
      significand: Double(steps))
  }

  /// The code of `value`, rounded once, to nearest, ties to even. What is larger than the largest number
  /// becomes that number where `saturates`, else infinity or NaN, whichever the format has.
  func code(_ value: Double, saturates: Bool) -> UInt8 {
    let sign = value.sign == .minus ? signBit : 0
    guard !value.isNaN else { return UInt8(nan(sign)) }
    let magnitude = min(magnitude(value), largest + 1)
    guard magnitude <= largest else { return UInt8(saturates ? largest | sign : overflow(sign)) }
    return UInt8(magnitude == 0 && special == .negativeZeroIsNaN ? 0 : magnitude | sign)
  }

  /// The code without its sign, as if the exponents went on for ever.
  private func magnitude(_ value: Double) -> Int {
    guard value.isFinite else { return .max }
    let least = 1 - bias
    let exponent = max(value.exponent, least)
    let steps = Double(sign: .plus, exponent: fractionBits - exponent, significand: value.magnitude)
    return Int(steps.rounded(.toNearestOrEven)) + (exponent - least) << fractionBits
  }

  private func nan(_ sign: Int) -> Int {
    switch special {
    case .none: sign ^ signBit
    case .lastIsNaN: signBit - 1 | sign
    case .infinities: infinity | 1 << (fractionBits - 1) | sign
    case .negativeZeroIsNaN: signBit
    }
  }

  private func overflow(_ sign: Int) -> Int {
    switch special {
    case .none: largest | sign
    case .lastIsNaN, .negativeZeroIsNaN: nan(sign)
    case .infinities: infinity | sign
    }
  }
}
