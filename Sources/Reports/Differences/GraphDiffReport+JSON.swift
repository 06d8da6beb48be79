import Graphs
package import Tensors

extension GraphDiffReport {
  /// Every change, none folded.
  package var json: JSON {
    [
      "equal": JSON(diff.isEqual), "nodes_in_both": JSON(diff.pairs.count),
      "changes": JSON(
        diff.changes.map { change in
          var object = JSON.Object()
          object["kind"] = JSON(change.kind.rawValue)
          if let a = change.a { object["a"] = json(diff.a, a) }
          if let b = change.b { object["b"] = json(diff.b, b) }
          if !change.details.isEmpty { object["details"] = JSON(change.details.map { JSON($0) }) }
          return .object(object)
        }),
      "lengths": JSON(diff.lengths.map { JSON($0) }), "notes": JSON(diff.notes.map { JSON($0) }),
      "weights_in_both": JSON(
        diff.weights.map { pair in
          ["a": Self.json(pair.a), "b": Self.json(pair.b), "type": JSON("\(pair.a.type)")]
        }),
    ]
  }

  private static func json(_ leaf: WeightLeaf) -> JSON {
    ["path": JSON(leaf.path), "offset": JSON(leaf.offset)]
  }

  private func json(_ graph: Graph, _ value: Value) -> JSON {
    let node = graph[value]
    return ["name": JSON(node.name), "op": JSON(node.op.name), "type": JSON("\(node.type)")]
  }
}
