import Graphs
import Plans
import Tensors

extension GraphSummary {
  /// A few lines for people.
  package var text: String {
    var table = TextTable([("", .left), ("", .left)], indent: 2)
    for (label, value) in facts { table.append(label, value) }
    table.append("parameters", parameters.text)
    for (index, input) in inputs.enumerated() { table.append(index == 0 ? "inputs" : "", line(input)) }
    for (index, output) in outputs.enumerated() { table.append(index == 0 ? "outputs" : "", line(output)) }
    table.append("ops", opLine)
    for (index, repeats) in FoldedGraph(graph).repeats.enumerated() {
      table.append(index == 0 ? "blocks" : "", "\(repeats), \(repeats.nodesEach.grouped) nodes each")
    }
    for (index, line) in gapLines.enumerated() { table.append(index == 0 ? "gaps" : "", line) }
    if gaps.isEmpty || !openLengths.isEmpty { table.append("cost", costLine) }
    if let plan { table.append("memory", "\(plan)") }
    for (index, note) in notes.enumerated() { table.append(index == 0 ? "notes" : "", note) }
    return "@\(graph.name)\(origin.map { ": \($0)" } ?? "")\n" + table.text
  }

  private func line(_ value: (name: Name, type: TensorType)) -> String { "\(value.name): \(value.type)" }

  private var opLine: String {
    let ops = OpTable(graph)
    let most = 6
    let named = ops.rows.prefix(most).map { "\($0.count.grouped) \($0.op)" }
    let rest = ops.rows.count > most ? ["\(ops.rows.count - most) more"] : []
    return "\(ops.count.grouped): " + (named + rest).joined(separator: ", ")
  }

  private var openLengths: [String] { GraphSummary.openLengths(of: graph) }

  private var gapLines: [String] {
    let most = 8
    return gaps.prefix(most) + (gaps.count > most ? ["\(gaps.count - most) more"] : [])
  }

  private var costLine: String {
    guard let bound, let lengths else {
      return "give lengths with --length \(openLengths.map { "\($0)=…" }.joined(separator: ","))"
    }
    let cost = OpTable(bound).cost
    let at = lengths.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
    return "\(Amount(cost.flops))FLOP, \(ByteCount(Int(saturating: cost.bytes))) touched"
      + (at.isEmpty ? "" : " at \(at)")
  }
}

extension FoldedGraph.Repeats {
  /// Nodes of one block.
  package var nodesEach: Int { nodes.count / max(1, numbers.count) }
}
