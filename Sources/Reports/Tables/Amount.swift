/// A number with three significant digits and a prefix of the metric system: `1.25 T`, `870 M`, `12`.
struct Amount: CustomStringConvertible {
  let value: Double

  init(_ value: Double) { self.value = value }

  var description: String {
    let prefixes = ["", "k", "M", "G", "T", "P", "E"]
    var (scaled, prefix) = (value, 0)
    while scaled >= 999.5, prefix + 1 < prefixes.count { (scaled, prefix) = (scaled / 1000, prefix + 1) }
    let decimals = prefix == 0 || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2
    return scaled.text(decimals: decimals) + (prefix == 0 ? "" : " " + prefixes[prefix])
  }
}

extension Double {
  /// In decimal notation, rounded; `-` for what is no number or too large to be told so.
  package func text(decimals: Int) -> String {
    let power = (0..<max(0, decimals)).reduce(1.0) { power, _ in power * 10 }
    guard let digits = Int(exactly: (magnitude * power).rounded()) else { return "-" }
    let sign = self < 0 && digits > 0 ? "-" : ""
    guard decimals > 0, let unit = Int(exactly: power) else { return sign + String(digits) }
    let fraction = String(digits % unit)
    return sign + "\(digits / unit)." + String(repeating: "0", count: decimals - fraction.count) + fraction
  }
}
