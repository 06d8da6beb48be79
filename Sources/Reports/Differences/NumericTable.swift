package import Tensors

/// How far results of two models lie apart.
package struct NumericTable: Sendable {
  package struct Row: Hashable, Sendable {
    /// As graph text has them, from both sides.
    package let a: String
    package let b: String
    /// max |a - b| / max |b|; `nil` iff the two cannot be compared.
    package let relative: Double?
    package let greatest: Double?
    /// Elements that are finite in one of the two only.
    package let strays: Int

    package init(_ a: String, _ b: String, relative: Double?, greatest: Double?, strays: Int) {
      (self.a, self.b, self.relative, self.greatest, self.strays) = (a, b, relative, greatest, strays)
    }
  }

  /// What the models give.
  package var outputs: [Row] = []
  /// How many nodes were compared.
  package var nodes = 0
  package var tolerance = 0.0
  /// The first node that is beyond the tolerance, and what it reads.
  package var first: Row?
  package var operands: [Row] = []
  package var isSame = true

  package init() {}

  package var text: String {
    var table = TextTable([("", .left), ("max|a-b|", .right), ("relative", .right)])
    for row in outputs { table.append(row.a, row.greatestText, row.relativeText) }
    var text = table.text
    if let first {
      text += "first node beyond \(tolerance.scientific(digits: 2)):\n"
      var table = TextTable([("", .left), ("", .left), ("", .right)], indent: 2)
      for row in operands { table.append("reads", row.a, row.relativeText) }
      table.append("A", first.a, first.relativeText)
      table.append("B", first.b, "")
      text += table.text
    }
    return text + summary + "\n"
  }

  package var summary: String {
    let worst = outputs.compactMap(\.relative).max() ?? 0
    let words = isSame ? "agree" : "differ"
    return "results \(words): relative error \(worst.scientific()) at most, \(nodes.grouped) nodes compared"
  }

  package var json: JSON {
    var object = JSON.Object()
    object["same"] = JSON(isSame)
    object["tolerance"] = JSON(tolerance)
    object["nodes"] = JSON(nodes)
    object["outputs"] = JSON(outputs.map(\.json))
    if let first {
      object["first_divergence"] = first.json
      object["operands"] = JSON(operands.map(\.json))
    }
    return .object(object)
  }
}

extension NumericTable.Row {
  var greatestText: String { greatest?.scientific() ?? "" }
  var relativeText: String {
    (relative?.scientific() ?? "not comparable") + (strays > 0 ? ", \(strays.grouped) not finite" : "")
  }

  fileprivate var json: JSON {
    var object = JSON.Object()
    object["a"] = JSON(a)
    object["b"] = JSON(b)
    if let relative, relative.isFinite { object["relative"] = JSON(relative) }
    if let greatest { object["max_difference"] = JSON(greatest) }
    object["not_finite"] = JSON(strays)
    return .object(object)
  }
}
