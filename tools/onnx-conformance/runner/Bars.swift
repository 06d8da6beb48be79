import Tensors

/// How many cases must pass, by scope and engine, and that none may end the process.
struct Bars {
  private let least: [(scope: Report.Scope, engine: Engine, count: Int)]

  /// Reads `{"tier 1": {"reference": 685, "planned": 685}, …}`. Throws iff it says anything else.
  init(path: String) throws(Diagnostic) {
    let file = try JSON.load(path: path)
    var least: [(scope: Report.Scope, engine: Engine, count: Int)] = []
    for name in file.keys {
      guard let scope = Report.Scope(rawValue: name.text) else { throw .unknown(name, path) }
      let entry = try file.object(name)
      for key in entry.keys {
        guard let engine = Engine(rawValue: key.text) else { throw .unknown(key, path) }
        least.append((scope, engine, try entry.integer(key, in: 0...100_000)))
      }
    }
    self.least = least
  }

  /// The bars that `report` does not meet, a sentence each.
  func missed(by report: Report) -> [String] {
    var sentences: [String] = []
    for (scope, engine, count) in least {
      let passed = report.count(engine, where: scope.holds).passed
      if passed < count {
        sentences.append("\(scope.rawValue), \(engine.rawValue): \(passed) passed, the bar is \(count)")
      }
    }
    for engine in Engine.allCases {
      let crashed = report.count(engine, where: { _ in true }).kinds[.crashed] ?? 0
      if crashed > 0 { sentences.append("\(engine.rawValue): \(crashed) cases end the process") }
    }
    return sentences
  }
}

extension Diagnostic {
  fileprivate static func unknown(_ name: Name, _ path: String) -> Diagnostic {
    let scopes = Report.Scope.allCases.map(\.rawValue).joined(separator: ", ")
    return Diagnostic(
      "\(name.quoted) is neither a scope nor an engine", at: path,
      help: "scopes are \(scopes); engines are reference, planned", kind: .usage)
  }
}
