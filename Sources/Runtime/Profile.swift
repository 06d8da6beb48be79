import Glibc
package import Graphs

/// Where the time of a session went, lap by lap and node by node.
package struct Profile: Sendable {
  /// One pass over the nodes of a graph that run one behind the other.
  package struct Lap: Sendable {
    /// As it was planned: composite ops without a kernel are expanded, lengths are fixed.
    package let graph: Graph
    /// Whether this is what runs once after loading.
    package let isPrologue: Bool
    /// In the order of time.
    package fileprivate(set) var spans: [Span] = []
  }

  /// The time of one node.
  package struct Span: Sendable {
    package let value: Value
    /// By the clock of `now()`.
    package let began: Double
    package let seconds: Double
  }

  /// What all nodes of one op took together.
  package struct Entry: Sendable {
    package var seconds = 0.0
    /// How many steps were timed.
    package var count = 0
  }

  package private(set) var laps: [Lap] = []

  package var seconds: Double {
    laps.reduce(0) { sum, lap in lap.spans.reduce(sum) { $0 + $1.seconds } }
  }

  /// The ops with the most time first.
  package var byOp: [(op: String, entry: Entry)] {
    var entries: [String: Entry] = [:]
    for lap in laps {
      for span in lap.spans {
        let op = lap.graph[span.value].op.name
        entries[op, default: Entry()].seconds += span.seconds
        entries[op, default: Entry()].count += 1
      }
    }
    return entries.map { ($0.key, $0.value) }.sorted { a, b in (b.1.seconds, a.0) < (a.1.seconds, b.0) }
  }

  /// Appends the laps of `other`.
  package mutating func append(_ other: Profile) { laps += other.laps }

  /// A lap of `count` nodes of `graph` begins.
  mutating func beginLap(_ graph: Graph, isPrologue: Bool, count: Int) {
    var lap = Lap(graph: graph, isPrologue: isPrologue)
    lap.spans.reserveCapacity(count)
    laps.append(lap)
  }

  /// A node of the lap begun last has been computed.
  mutating func add(_ value: Value, began: Double) {
    guard let last = laps.indices.last else { return }
    laps[last].spans.append(Span(value: value, began: began, seconds: Profile.now() - began))
  }

  /// Seconds of a clock that only goes forward.
  package static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
