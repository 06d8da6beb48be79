import Graphs
import Reports
import Runtime
import Tensors

extension Trace {
  /// A track a stage; on it its runs, in them the graphs that they compute, in those the nodes.
  init(_ title: String, start: Double, _ timings: [StageTiming]) {
    self.init(title, start: start)
    for timing in timings {
      beginTrack(timing.name)
      for (index, run) in timing.runs.enumerated() {
        append("run \(index + 1)", kind: "run", began: run.began, seconds: run.seconds)
        for lap in run.profile.laps { append(lap) }
      }
    }
  }

  private mutating func append(_ lap: Profile.Lap) {
    guard let first = lap.spans.first, let last = lap.spans.last else { return }
    append(
      "@\(lap.graph.name)", kind: lap.isPrologue ? "prologue" : "graph", began: first.began,
      seconds: last.began + last.seconds - first.began)
    for span in lap.spans {
      let node = lap.graph[span.value]
      let cost = lap.graph.cost(of: span.value)
      var facts = JSON.Object()
      facts["node"] = JSON(lap.graph.line(of: node))
      facts["type"] = JSON("\(node.type)")
      facts["operands"] = JSON(node.inputs.map { JSON("\(lap.graph[$0].type)") })
      (facts["flops"], facts["bytes"]) = (JSON(cost.flops), JSON(cost.bytes))
      append(node.op.name, kind: "op", began: span.began, seconds: span.seconds, facts)
    }
  }
}
