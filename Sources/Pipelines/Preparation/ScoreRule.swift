/// What a score of a clip must be: `clap>=0.3`.
package struct ScoreRule: Hashable, Sendable, CustomStringConvertible {
  package let name: String
  package let comparison: Comparison
  package let bound: Double

  package enum Comparison: String, CaseIterable, Sendable {
    case atLeast = ">="
    case atMost = "<="
    case above = ">"
    case below = "<"
  }

  /// `nil` iff `text` is no name, comparison and number.
  package init?(_ text: String) {
    for comparison in Comparison.allCases {
      guard let place = text.firstRange(of: comparison.rawValue) else { continue }
      let name = text[..<place.lowerBound].trimmed
      guard !name.isEmpty, let bound = Double(text[place.upperBound...].trimmed), bound.isFinite else {
        return nil
      }
      (self.name, self.comparison, self.bound) = (String(name), comparison, bound)
      return
    }
    return nil
  }

  package var description: String { "\(name)\(comparison.rawValue)\(SourceClip.short(bound))" }

  func allows(_ score: Double) -> Bool {
    switch comparison {
    case .atLeast: score >= bound
    case .atMost: score <= bound
    case .above: score > bound
    case .below: score < bound
    }
  }
}

extension Substring {
  /// The text without the blanks around it.
  fileprivate var trimmed: Substring {
    var text = drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return text
  }
}
