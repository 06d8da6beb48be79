/// An amount of memory as people read it: `0 B`, `900 B`, `3.1 KiB`, `412 MiB`, `1.9 GiB`.
package struct ByteCount: Hashable, Sendable, CustomStringConvertible {
  package let bytes: Int

  package init(_ bytes: Int) { self.bytes = bytes }

  package var description: String {
    var (value, unit) = (Double(bytes), 0)
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    while value >= 1024, unit + 1 < units.count { (value, unit) = (value / 1024, unit + 1) }
    let tenths = Int((value * 10).rounded())
    let isWhole = unit == 0 || tenths >= 100 || tenths % 10 == 0
    return "\(isWhole ? "\((tenths + 5) / 10)" : "\(tenths / 10).\(tenths % 10)") \(units[unit])"
  }
}

extension Int {
  /// The digits with a comma between thousands: `1,204`.
  package var grouped: String {
    var text = ""
    for (index, digit) in String(magnitude).reversed().enumerated() {
      if index > 0, index % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return (self < 0 ? "-" : "") + String(text.reversed())
  }
}
