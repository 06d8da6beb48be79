import Tensors

extension WeightMatcher {
  /// Matches what `pairing` says, then what is called the same.
  mutating func matchNames(_ pairing: [Name: Name]) throws(Diagnostic) {
    try match { pairing[$0] }
    try match { $0 }
  }

  /// Matches what is called the same but for a prefix that one of the two has before most names.
  mutating func matchPrefixes() throws(Diagnostic) {
    if let prefix = Self.prefix(of: restA.map { a[$0].name }, before: restB.map { b[$0].name }) {
      try match { $0.text.hasPrefix(prefix) ? Name(String($0.text.dropFirst(prefix.count))) : nil }
    } else if let prefix = Self.prefix(of: restB.map { b[$0].name }, before: restA.map { a[$0].name }) {
      try match { Name(prefix + $0.text) }
    }
  }

  private mutating func match(_ other: (Name) -> Name?) throws(Diagnostic) {
    let places = Dictionary(restB.map { (b[$0].name, $0) }) { first, _ in first }
    var found: [Match] = []
    var used: Set<Int> = []
    for place in restA {
      guard let name = other(a[place].name), let partner = places[name], used.insert(partner).inserted else {
        continue
      }
      let order = try order(of: place, partner)
      found.append(Match(a: whole(a: place), b: whole(b: partner), order: order))
    }
    add(found)
  }

  /// How the tensors' axes correspond when their names do; `nil` iff the elements do not.
  private func order(of place: Int, _ partner: Int) throws(Diagnostic) -> [Int]? {
    let (x, y) = (a[place].type, b[partner].type)
    guard x.count == y.count else { return nil }
    let probe = Probe(try tensor(a: place), try tensor(b: partner))
    if x.dims == y.dims, probe.orders.isEmpty { return [] }
    if let order = probe.order() { return order }
    if x.dims.filter({ $0 != 1 }) == y.dims.filter({ $0 != 1 }) { return [] }
    return x.rank == 2 ? probe.orders.first : nil
  }

  /// What stands before most of `names` so that the rest is one of `others`, or `nil` iff there is no such.
  private static func prefix(of names: [Name], before others: [Name]) -> String? {
    let known = Set(others)
    var votes: [String: Int] = [:]
    for name in names {
      var rest = name.text[...]
      while let dot = rest.firstIndex(of: ".") {
        rest = rest[rest.index(after: dot)...]
        guard known.contains(Name(String(rest))) else { continue }
        votes[String(name.text[..<rest.startIndex]), default: 0] += 1
        break
      }
    }
    let best = votes.max { ($0.value, $1.key) < ($1.value, $0.key) }
    return best.flatMap { $0.value > 1 && $0.value * 2 > min(names.count, others.count) ? $0.key : nil }
  }
}
