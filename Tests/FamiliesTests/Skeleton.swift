import Graphs
import Tensors

extension Graph {
  /// What the graph computes with its weights, a line a node: what depends on parameters alone counts as a
  /// weight of some type, however it is stored.
  var skeleton: [String] {
    var isWeight: [Bool] = []
    var lines: [String] = []
    for node in nodes {
      let depends = node.inputs.map { isWeight[Int($0.index)] }
      isWeight.append(node.op is Parameter || !depends.isEmpty && depends.allSatisfy { $0 })
      guard isWeight.last == false else { continue }
      let operands = node.inputs.map {
        isWeight[Int($0.index)] ? "weight \(self[$0].type)" : "%\(self[$0].name)"
      }
      lines.append("%\(node.name) = \(node.op)(\(operands.joined(separator: ", "))) : \(node.type)")
    }
    return lines + outputs.map { "\($0.name) = %\(self[$0.value].name)" }
  }
}
