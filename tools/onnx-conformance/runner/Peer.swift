/// What another engine passes of the suite of onnx 1.23.
struct Peer {
  let name: String
  /// Cases passed, and of how many where that is not the whole scope.
  let passed: [Report.Scope: Int]
  let of: Int?

  /// Measured with the same tolerances, on the CPU: ONNX Runtime 1.32.0, `onnx.reference` of onnx 1.23.2. Counted
  /// from its list of the cases that it runs: tract, of 1,884 node cases.
  static let all = [
    Peer(
      name: "ONNX Runtime", passed: [.tier1: 645, .tier2: 1085, .tier3: 1809, .all: 1848], of: nil),
    Peer(
      name: "onnx.reference", passed: [.tier1: 685, .tier2: 1145, .tier3: 1948, .all: 2014], of: nil),
    Peer(name: "tract", passed: [.all: 1174], of: 1884),
  ]

  /// Empty where nothing is known, or the report is of some cases only.
  func text(_ scope: Report.Scope, of cases: Int) -> String {
    guard let passed = passed[scope], cases == scope.whole else { return "" }
    return of.map { "\(passed) of \($0)" } ?? "\(passed)"
  }
}

extension Report.Scope {
  /// How many cases of onnx 1.23 there are.
  fileprivate var whole: Int {
    switch self {
    case .tier1: 685
    case .tier2: 1146
    case .tier3: 1962
    case .all: 2033
    }
  }
}
