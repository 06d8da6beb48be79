package import Tensors

/// Where the time of a run went, op by op.
package struct TimeTable: Sendable {
  private var rows: [(op: String, count: Int, seconds: Double)] = []

  package init() {}

  package mutating func append(op: String, count: Int, seconds: Double) {
    rows.append((op, count, seconds))
  }

  private var seconds: Double { rows.reduce(0) { $0 + $1.seconds } }

  /// A line an op, then the sum.
  package var text: String {
    var table = TextTable([("op", .left), ("steps", .right), ("ms", .right), ("share", .right)])
    let total = (op: "total", count: rows.reduce(0) { $0 + $1.count }, seconds: seconds)
    for row in rows + [total] {
      let share = seconds > 0 ? row.seconds / seconds * 100 : 0
      table.append(
        row.op, row.count.grouped, (row.seconds * 1000).text(decimals: 3), share.text(decimals: 1) + " %")
    }
    return table.text
  }

  package var json: JSON {
    JSON(rows.map { ["op": JSON($0.op), "steps": JSON($0.count), "seconds": JSON($0.seconds)] })
  }
}
