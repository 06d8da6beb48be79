import Graphs
package import Tensors

extension FoldedGraph {
  /// The graph for programs: every node that is shown, and what is folded.
  package var json: JSON {
    var nodes: [JSON] = []
    var repeats: [JSON] = []
    for part in parts {
      switch part {
      case .nodes(let places): nodes += graph.nodes[places].map(json)
      case .repeats(let block):
        repeats.append([
          "prefix": JSON(block.prefix), "shown": JSON(block.shown),
          "numbers": [JSON(block.numbers.lowerBound), JSON(block.numbers.upperBound)],
          "nodes": JSON(block.nodes.count),
        ])
      }
    }
    let outputs = graph.outputs.map { output -> JSON in
      ["name": JSON(output.name), "value": JSON(graph[output.value].name)]
    }
    return [
      "graph": JSON(graph.name), "nodes": JSON(nodes), "repeats": JSON(repeats), "outputs": JSON(outputs),
    ]
  }

  private func json(of node: Node) -> JSON {
    var object = JSON.Object()
    object["name"] = JSON(node.name)
    object["op"] = JSON(node.op.name)
    object["inputs"] = JSON(node.inputs.map { JSON(graph[$0].name) })
    var attributes = JSON.Object()
    for attribute in (try? node.op.attributes()) ?? [] where attribute.key != "type" {
      attributes[Name(attribute.key)] = .string(attribute.value.text)
    }
    if !attributes.isEmpty { object["attributes"] = .object(attributes) }
    object["type"] = JSON(node.type.description)
    return .object(object)
  }
}
