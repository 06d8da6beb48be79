import Graphs
import Kernels
import Passes
import Reports
import Runtime
import Tensors

extension StageTable.Machine {
  init(_ ceiling: Ceiling, _ precision: Precision) {
    self.init(
      threads: Machine.threads, isa: Machine.isa, precision: precision.rawValue, flops: ceiling.flops,
      narrowFlops: ceiling.narrowFlops, readBytes: ceiling.readBytes)
  }
}

extension StageTable.Stage {
  /// Nodes that are told of.
  private static let most = 10

  init(_ timing: StageTiming, count: Int, _ ceiling: Ceiling) {
    self.init(
      timing.name, count: count, seconds: (timing.median, timing.least, timing.most), first: timing.first,
      StageTable.Work(timing.cost, ceiling), peakMemory: timing.peakMemory)
    runs = timing.runs.map(\.seconds)
    nodes = timing.nodes.prefix(Self.most).map { node in
      StageTable.Node(
        line: node.line, type: "\(node.type)", count: node.count, seconds: node.seconds,
        StageTable.Work(node.cost, ceiling))
    }
  }

  /// All `stages`, as often as they count.
  init(sum stages: [Self]) {
    let sum = { (part: (Self) -> Double) in stages.reduce(0) { $0 + Double($1.count) * part($1) } }
    self.init(
      "whole clip", count: 1,
      seconds: (sum { $0.seconds.median }, sum { $0.seconds.least }, sum { $0.seconds.most }), first: nil,
      StageTable.Work(
        flops: sum { $0.work.flops }, narrowFlops: sum { $0.work.narrowFlops }, bytes: sum { $0.work.bytes },
        leastSeconds: sum { $0.work.leastSeconds }),
      peakMemory: stages.compactMap(\.peakMemory).max())
  }
}

extension StageTable.Work {
  fileprivate init(_ cost: Cost, _ ceiling: Ceiling) {
    self.init(
      flops: cost.flops, narrowFlops: cost.narrowFlops, bytes: cost.bytes,
      leastSeconds: ceiling.seconds(for: cost))
  }
}
