/// Names that differ in their numbers only are told at once: `layers.0-23.norm.weight`.
extension Name {
  /// The number that `part` of a name is as numbers are written, or `nil` iff it is a word, `007` or `-1`.
  package static func number(_ part: some StringProtocol) -> Int? {
    Int(part).flatMap { $0 >= 0 && String($0) == part ? $0 : nil }
  }
}

extension Set<Int> {
  /// `0-23`, `0-3,5`.
  package var ranges: String {
    var ranges: [ClosedRange<Int>] = []
    for number in sorted() {
      if let last = ranges.last, number - 1 == last.upperBound {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }
}
