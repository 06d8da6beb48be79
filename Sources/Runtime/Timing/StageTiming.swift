package import Graphs
import Tensors

/// How long a stage took, run after run, and what its nodes did.
package struct StageTiming: Sendable {
  package let name: String
  /// Seconds up to the end of the first run: reading, planning, packing and running.
  package let first: Double
  /// The runs behind the first one, in order.
  package let runs: [Run]
  /// The most bytes that were resident at once meanwhile; `nil` iff the system does not tell.
  package let peakMemory: Int?

  package struct Run: Sendable {
    /// By the clock of `Profile.now()`.
    package let began: Double
    package let seconds: Double
    /// Of the steps inside.
    package let profile: Profile
  }

  /// Seconds of a run.
  package var median: Double { runs.map(\.seconds).median }
  package var least: Double { runs.map(\.seconds).min() ?? 0 }
  package var most: Double { runs.map(\.seconds).max() ?? 0 }

  /// The work of all steps of a run.
  package var cost: Cost { (runs.first?.profile.laps ?? []).reduce(Cost()) { $0 + $1.cost } }
}

extension Profile.Lap {
  package var cost: Cost { spans.reduce(Cost()) { $0 + graph.cost(of: $1.value) } }
}

extension Graph {
  /// The work of the node, whose types are fixed.
  package func cost(of value: Value) -> Cost {
    let node = self[value]
    return node.op.cost(node.inputs.map { self[$0].type }, node.type)
  }
}

extension [Double] {
  /// The one in the middle, or the mean of the two; 0 of none.
  var median: Double {
    let sorted = sorted()
    guard let low = sorted.dropLast(count / 2).last, let high = sorted.dropFirst(count / 2).first else {
      return 0
    }
    return (low + high) / 2
  }
}
