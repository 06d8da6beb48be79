import Glibc

/// Where the time of a session went, by op.
package struct Profile: Sendable {
  package struct Entry: Sendable {
    package var seconds = 0.0
    /// How many steps were timed.
    package var count = 0
  }

  package private(set) var entries: [String: Entry] = [:]

  /// The ops with the most time first.
  package var sorted: [(op: String, entry: Entry)] {
    entries.map { ($0.key, $0.value) }.sorted { a, b in (b.1.seconds, a.0) < (a.1.seconds, b.0) }
  }

  package var seconds: Double { entries.values.reduce(0) { $0 + $1.seconds } }

  mutating func add(_ seconds: Double, to op: String) {
    entries[op, default: Entry()].seconds += seconds
    entries[op, default: Entry()].count += 1
  }

  /// Seconds of a clock that only goes forward.
  static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
