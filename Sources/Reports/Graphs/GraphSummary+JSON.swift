import Graphs
import Plans
package import Tensors

extension GraphSummary {
  /// The same for programs.
  package var json: JSON {
    var object = JSON.Object()
    object["graph"] = JSON(graph.name)
    if let origin { object["origin"] = JSON(origin) }
    object["facts"] = .object(facts.reduce(into: JSON.Object()) { $0[Name($1.label)] = JSON($1.value) })
    object["parameters"] = JSON(
      parameters.map { ["dtype": JSON("\($0.element)"), "count": JSON($0.count), "bytes": JSON($0.bytes)] })
    object["inputs"] = GraphSummary.json(of: inputs)
    object["outputs"] = GraphSummary.json(of: outputs)
    object["ops"] = OpTable(bound ?? graph).json
    object["blocks"] = JSON(FoldedGraph(graph).repeats.map { JSON("\($0)") })
    if !gaps.isEmpty { object["gaps"] = JSON(gaps.map { JSON($0) }) }
    if !notes.isEmpty { object["notes"] = JSON(notes.map { JSON($0) }) }
    if let lengths {
      object["lengths"] = .object(
        lengths.sorted { $0.key < $1.key }.reduce(into: JSON.Object()) { $0[Name($1.key)] = JSON($1.value) })
    }
    if let bound {
      let cost = OpTable(bound).cost
      object["cost"] = ["flops": JSON(cost.flops), "bytes": JSON(cost.bytes)]
    }
    if let plan { object["memory"] = plan.json }
    return .object(object)
  }

  private static func json(of values: [(name: Name, type: TensorType)]) -> JSON {
    JSON(
      values.map { value in
        [
          "name": JSON(value.name), "dtype": JSON("\(value.type.element)"),
          "shape": JSON(value.type.dims.map { $0.fixed.map { JSON($0) } ?? JSON("\($0)") }),
        ]
      })
  }
}
