package import Tensors

/// What happened when, as Perfetto and chrome://tracing show it.
///
/// Source: "Trace Event Format", complete events (`ph: X`) with times in microseconds.
package struct Trace: Sendable {
  private var events: [JSON] = []
  private var tracks = 0
  /// The moment that is shown as 0, in seconds.
  private let start: Double

  package init(_ title: String, start: Double) {
    self.start = start
    events.append(Self.name("process_name", title, track: 0))
  }

  /// What is appended from now on is shown in a row of its own.
  package mutating func beginTrack(_ name: String) {
    tracks += 1
    events.append(Self.name("thread_name", name, track: tracks))
  }

  /// Events of a track follow one another or lie one inside the other.
  package mutating func append(
    _ name: String, kind: String, began: Double, seconds: Double, _ facts: JSON.Object = JSON.Object()
  ) {
    events.append([
      "name": JSON(name), "cat": JSON(kind), "ph": "X", "pid": 1, "tid": JSON(tracks),
      "ts": JSON((began - start) * 1e6), "dur": JSON(seconds * 1e6), "args": .object(facts),
    ])
  }

  package var json: JSON { ["displayTimeUnit": "ms", "traceEvents": JSON(events)] }

  private static func name(_ event: String, _ name: String, track: Int) -> JSON {
    ["name": JSON(event), "ph": "M", "pid": 1, "tid": JSON(track), "args": ["name": JSON(name)]]
  }
}
