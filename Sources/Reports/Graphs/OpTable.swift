package import Graphs
package import Tensors

/// How often a graph uses each op, and how much work that is once its lengths are known.
package struct OpTable: Sendable {
  package struct Row: Hashable, Sendable {
    package let op: String
    package var count = 0
    package var cost = Cost()
  }

  /// The most frequent op first.
  package let rows: [Row]
  /// Whether lengths are bound, so that costs mean something.
  package let hasCost: Bool

  /// Work that depends on parameters alone is done once and costs nothing here.
  package init(_ graph: Graph) {
    hasCost = graph.nodes.allSatisfy { $0.type.shape != nil }
    let isRun = graph.depending(on: Set(graph.inputs))
    var rows: [String: Row] = [:]
    for (index, node) in graph.nodes.enumerated() where !(node.op is Input) && !(node.op is Parameter) {
      let name = node.op.name
      var row = rows[name] ?? Row(op: name)
      row.count += 1
      if hasCost, isRun[index] {
        row.cost = row.cost + node.op.cost(node.inputs.map { graph[$0].type }, node.type)
      }
      rows[name] = row
    }
    self.rows = rows.values.sorted { a, b in (b.count, a.op) < (a.count, b.op) }
  }

  package var count: Int { rows.reduce(0) { $0 + $1.count } }
  package var cost: Cost { rows.reduce(Cost()) { $0 + $1.cost } }

  /// A line an op.
  package var text: String {
    var table = TextTable([
      ("op", .left), ("count", .right), (hasCost ? "FLOP" : "", .right), (hasCost ? "touched" : "", .right),
    ])
    for row in rows + [Row(op: "total", count: count, cost: cost)] {
      table.append(
        row.op, row.count.grouped, hasCost ? "\(Amount(row.cost.flops))" : "",
        hasCost ? "\(ByteCount(Int(saturating: row.cost.bytes)))" : "")
    }
    return table.text
  }

  package var json: JSON {
    JSON(
      rows.map { row in
        var object = JSON.Object()
        object["op"] = JSON(row.op)
        object["count"] = JSON(row.count)
        if hasCost {
          object["flops"] = JSON(row.cost.flops)
          object["bytes"] = JSON(row.cost.bytes)
        }
        return .object(object)
      })
  }
}
