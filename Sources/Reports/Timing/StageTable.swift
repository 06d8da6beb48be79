/// What stages cost and how near they come to what the machine can do.
package struct StageTable: Sendable {
  /// What was timed.
  package var title: String
  package var machine: Machine
  package var stages: [Stage] = []
  /// All stages, as often as a clip takes them; `nil` where they are no whole.
  package var clip: Stage?

  package init(_ title: String, _ machine: Machine) { (self.title, self.machine) = (title, machine) }

  package struct Machine: Sendable {
    package var threads: Int
    package var isa: String
    package var precision: String
    /// Floating-point operations a second at best; of pairs of `bf16` where there are any.
    package var flops: Double
    package var narrowFlops: Double?
    /// Bytes a second at best.
    package var readBytes: Double?

    package init(
      threads: Int, isa: String, precision: String, flops: Double, narrowFlops: Double?, readBytes: Double?
    ) {
      (self.threads, self.isa, self.precision) = (threads, isa, precision)
      (self.flops, self.narrowFlops, self.readBytes) = (flops, narrowFlops, readBytes)
    }
  }

  /// A stage; all numbers but `count` and `first` are of one run.
  package struct Stage: Sendable {
    package var name: String
    /// How often the whole takes it.
    package var count: Int
    package var seconds: (median: Double, least: Double, most: Double)
    /// Up to the end of the first run; `nil` of a whole.
    package var first: Double?
    package var work: Work
    package var peakMemory: Int?
    /// The seconds of every run.
    package var runs: [Double] = []
    /// The costliest, in order.
    package var nodes: [Node] = []

    package init(
      _ name: String, count: Int, seconds: (median: Double, least: Double, most: Double), first: Double?,
      _ work: Work, peakMemory: Int?
    ) {
      (self.name, self.count, self.seconds, self.first) = (name, count, seconds, first)
      (self.work, self.peakMemory) = (work, peakMemory)
    }
  }

  package struct Work: Sendable {
    /// Operations; those on operands of `bf16` among them.
    package var flops: Double
    package var narrowFlops: Double
    /// Operands read and results written.
    package var bytes: Double
    /// The seconds that the operations take at the machine's best.
    package var leastSeconds: Double

    package init(flops: Double, narrowFlops: Double, bytes: Double, leastSeconds: Double) {
      (self.flops, self.narrowFlops) = (flops, narrowFlops)
      (self.bytes, self.leastSeconds) = (bytes, leastSeconds)
    }
  }

  package struct Node: Sendable {
    /// As graph text has it.
    package var line: String
    package var type: String
    /// How often a run computes it.
    package var count: Int
    package var seconds: Double
    package var work: Work

    package init(line: String, type: String, count: Int, seconds: Double, _ work: Work) {
      (self.line, self.type, self.count) = (line, type, count)
      (self.seconds, self.work) = (seconds, work)
    }
  }
}
