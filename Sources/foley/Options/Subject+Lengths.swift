import Graphs
import ONNX
import Plans
import Reports
import Runtime
import Tensors

extension Subject {
  /// The summary; with cost and memory as soon as every length is given, unless the graph has gaps.
  func summary(at lengths: [Lengths]) throws(Diagnostic) -> GraphSummary {
    var summary = try summary()
    summary.gaps = graph.gaps.map(\.description)
    guard summary.gaps.isEmpty, let bound = try bound(to: lengths) else { return summary }
    summary.lengths = try self.lengths(lengths)
    summary.bound = bound
    summary.plan = try plan(at: try self.lengths(lengths))
    return summary
  }

  /// The graph at these lengths; `nil` iff none is given, but some are open.
  func bound(to lengths: [Lengths]) throws(Diagnostic) -> Graph? {
    if lengths.isEmpty, !GraphSummary.openLengths(of: graph).isEmpty { return nil }
    return try graph.binding(try self.lengths(lengths))
  }

  func plan(at lengths: [String: Int]) throws(Diagnostic) -> Plan {
    try graph.planned(at: lengths) { path throws(Diagnostic) in try stored(path) }
  }

  /// All given lengths that this graph has. Throws iff one of its own is missing.
  func lengths(_ given: [Lengths]) throws(Diagnostic) -> [String: Int] {
    let all = given.merged
    let open = GraphSummary.openLengths(of: graph)
    let missing = open.filter { all[$0] == nil }
    guard missing.isEmpty else { throw .openLengths(graph, missing) }
    return all.filter { open.contains($0.key) }
  }
}

extension Diagnostic {
  fileprivate static func openLengths(_ graph: Graph, _ names: [String]) -> Diagnostic {
    let inputs = graph.inputs.map { "\(graph[$0].name): \(graph[$0].type)" }.joined(separator: ", ")
    return Diagnostic(
      "@\(graph.name) leaves \(names.joined(separator: ", ")) open", note: "it takes \(inputs)",
      help: "give lengths with --length \(names.map { "\($0)=…" }.joined(separator: ","))", kind: .usage)
  }
}
