import Tensors

/// How both engines did on a set of cases.
struct Report {
  let version: String
  let cases: [Suite.Case]
  let peers: [Peer]
  /// By case, in the order of `cases`.
  var outcomes: [Engine: [Outcome]]

  /// How often each kind of outcome came.
  struct Count {
    var kinds: [Outcome.Kind: Int] = [:]
    var passed: Int { kinds[.passed] ?? 0 }
    var total: Int { kinds.values.reduce(0, +) }

    /// `12`, or `9 2f 1u`: how many passed, and of the others how many of each kind by its first letter.
    var text: String {
      let others = Outcome.Kind.allCases.dropFirst().compactMap { kind in
        kinds[kind].map { "\($0)\(kind.rawValue.prefix(1))" }
      }
      return ([String(passed)] + others).joined(separator: " ")
    }
  }

  /// The outcomes of `engine` on the cases that `isMeant`.
  func count(_ engine: Engine, where isMeant: (Suite.Case) -> Bool) -> Count {
    var count = Count()
    for (item, outcome) in zip(cases, outcomes[engine] ?? []) where isMeant(item) {
      count.kinds[outcome.kind, default: 0] += 1
    }
    return count
  }

  /// Whether a case does not pass in an engine that has run.
  var missesAny: Bool { outcomes.values.joined().contains { $0.kind != .passed } }

  /// What is told apart at the head of the report: the tiers, each with those before it, then everything.
  enum Scope: String, CaseIterable {
    case tier1 = "tier 1"
    case tier2 = "tiers 1-2"
    case tier3 = "tiers 1-3"
    case all = "all"

    func holds(_ item: Suite.Case) -> Bool {
      switch self {
      case .tier1: item.tier == 1
      case .tier2: item.tier.map { $0 <= 2 } ?? false
      case .tier3: item.tier != nil
      case .all: true
      }
    }
  }
}

// MARK: text

extension Report {
  /// The tables that people read; `detailed` adds why each case that did not pass did not.
  func text(detailed: Bool) -> String {
    let kinds = Outcome.Kind.allCases.dropFirst().map { "\($0.rawValue.prefix(1)) \($0.rawValue)" }
    var text = "ONNX backend suite \(version), \(cases.count) cases: passed, and of the others: "
    text += kinds.joined(separator: ", ") + "\n\n" + totals()
    text += "\nby operator, where not all cases pass\n\n" + operators()
    if detailed { text += "\n" + reasons() }
    return text
  }

  private var header: [String] {
    ["", "cases"] + engines.map(\.rawValue) + peers.map(\.name)
  }

  private var engines: [Engine] { Engine.allCases.filter { outcomes[$0] != nil } }

  private func totals() -> String {
    Self.table([header] + Scope.allCases.map { row($0.rawValue, $0.holds) })
  }

  private func operators() -> String {
    let rows = Set(cases.map(\.operation)).sorted().compactMap { operation -> [String]? in
      let isMeant = { (item: Suite.Case) in item.operation == operation }
      let counts = engines.map { count($0, where: isMeant) }
      return counts.contains { $0.passed < $0.total } ? row(operation, isMeant) : nil
    }
    return Self.table([header] + rows)
  }

  private func row(_ name: String, _ isMeant: (Suite.Case) -> Bool) -> [String] {
    let meant = cases.filter(isMeant)
    return [name, String(meant.count)] + engines.map { count($0, where: isMeant).text }
      + peers.map { String($0.passed(meant)) }
  }

  private func reasons() -> String {
    var text = ""
    for engine in Engine.allCases {
      for (item, outcome) in zip(cases, outcomes[engine] ?? []) where outcome.kind != .passed {
        let tier = item.tier.map(String.init) ?? "-"
        text += "\(engine.rawValue) \(outcome.kind.rawValue) [tier \(tier)] \(item.name): \(outcome.reason)\n"
      }
    }
    return text
  }

  /// The first column to the left, the others to the right.
  private static func table(_ rows: [[String]]) -> String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }.joined(separator: "  ") + "\n"
    }.joined()
  }
}

// MARK: JSON

extension Report {
  /// Everything, for scripts.
  var json: JSON {
    var list: [JSON] = []
    for (index, item) in cases.enumerated() {
      var entry = JSON.Object()
      entry["case"] = JSON(item.name)
      entry["operator"] = JSON(item.operation)
      entry["tier"] = item.tier.map { JSON($0) } ?? .null
      for engine in Engine.allCases {
        guard let outcomes = outcomes[engine] else { continue }
        let outcome = outcomes[index]
        entry[Name(engine.rawValue)] = [
          "outcome": JSON(outcome.kind.rawValue), "reason": JSON(outcome.reason),
        ]
      }
      list.append(.object(entry))
    }
    return ["onnx": JSON(version), "passed": passed, "cases": JSON(list)]
  }

  private var passed: JSON {
    var scopes = JSON.Object()
    for scope in Scope.allCases {
      var entry = JSON.Object()
      entry["cases"] = JSON(cases.count(where: scope.holds))
      for engine in Engine.allCases where outcomes[engine] != nil {
        entry[Name(engine.rawValue)] = JSON(count(engine, where: scope.holds).passed)
      }
      scopes[Name(scope.rawValue)] = .object(entry)
    }
    return .object(scopes)
  }
}
