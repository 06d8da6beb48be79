import Glibc

extension Double {
  /// With `digits` significant digits: `0`, `1.25e-05`, `0.0125`, `-3.00`, `inf`.
  func scientific(digits: Int = 3) -> String {
    guard isFinite, self != 0 else { return self == 0 ? "0" : description }
    let exponent = Int(log10(magnitude).rounded(.down))
    if (-2...3).contains(exponent) { return text(decimals: max(0, digits - 1 - exponent)) }
    var (head, power) = (self / pow(10, Double(exponent)), exponent)
    // Of 9.999 the digits round to 10.
    if abs(head) + pow(10, Double(1 - digits)) / 2 >= 10 { (head, power) = (head / 10, power + 1) }
    return head.text(decimals: digits - 1) + "e" + (power < 0 ? "-" : "+") + (abs(power) < 10 ? "0" : "")
      + "\(abs(power))"
  }
}
