import Tensors

extension StageTable {
  /// A line a stage, then the costliest nodes of each.
  package var text: String {
    var table = TextTable([
      ("stage", .left), ("times", .right), ("ms", .right), ("least", .right), ("most", .right),
      ("first", .right), ("GFLOP", .right), ("GFLOP/s", .right), ("of best", .right), ("moved", .right),
      ("peak RSS", .right),
    ])
    for stage in stages + (clip.map { [$0] } ?? []) {
      table.append(
        stage.name, stage.count.grouped, stage.seconds.median.milliseconds, stage.seconds.least.milliseconds,
        stage.seconds.most.milliseconds, stage.first?.milliseconds ?? "", stage.work.flops.giga,
        stage.work.flops.giga(in: stage.seconds.median),
        (stage.work.leastSeconds / stage.seconds.median).percent,
        "\(ByteCount(Int(saturating: stage.work.bytes)))", stage.peakMemory.map { "\(ByteCount($0))" } ?? "-")
    }
    return ([title, machine.text, "", table.text] + stages.filter { !$0.nodes.isEmpty }.map(\.nodeText))
      .joined(separator: "\n")
  }
}

extension StageTable.Machine {
  fileprivate var text: String {
    var best = "at best \(flops.giga) GFLOP/s"
    if let narrowFlops { best += ", \(narrowFlops.giga) of bf16" }
    if let readBytes { best += ", \(ByteCount(Int(saturating: readBytes)))/s read" }
    return "\(precision), \(isa), \(threads) \(threads == 1 ? "thread" : "threads"): \(best)"
  }
}

extension StageTable.Stage {
  fileprivate var nodeText: String {
    var table = TextTable(
      [
        ("ms", .right), ("share", .right), ("GFLOP/s", .right), ("times", .right), ("shape", .left),
        ("node", .left),
      ], indent: 2)
    for node in nodes {
      table.append(
        node.seconds.milliseconds, (node.seconds / seconds.median).percent,
        node.work.flops.giga(in: node.seconds), node.count.grouped, node.type, node.line)
    }
    return "\(name): where most of the time goes\n" + table.text
  }
}

extension Double {
  /// Of seconds: to the microsecond where that says something.
  fileprivate var milliseconds: String {
    let value = self * 1000
    return value.text(decimals: value < 10 ? 3 : value < 100 ? 2 : 1)
  }

  fileprivate var giga: String {
    let value = self / 1e9
    return value.text(decimals: value < 10 ? 3 : 1)
  }

  fileprivate func giga(in seconds: Double) -> String {
    seconds > 0 ? (self / seconds / 1e9).text(decimals: 1) : "-"
  }

  fileprivate var percent: String { isFinite ? (self * 100).text(decimals: 1) + " %" : "-" }
}
