import Graphs
import Tensors

extension FoldedGraph {
  /// The graph in the language of Graphviz: a node a shown op, an arrow a value with its type. Parameters are
  /// left out; a dashed node stands for blocks that are left out.
  package var dot: String {
    var lines = ["digraph \(quote(graph.name)) {", "  node [shape=box, fontname=\"monospace\"];"]
    var stands: [Int: String] = [:]
    for part in parts {
      switch part {
      case .nodes(let places):
        for place in places where !(graph.nodes[place].op is Parameter) {
          let node = graph.nodes[place]
          stands[place] = "n\(place)"
          let shape = node.op is Input ? ", shape=ellipse" : ""
          lines.append("  n\(place) [label=\(quote("\(node.op.name)\n\(node.name)"))\(shape)];")
        }
      case .repeats(let repeats):
        let name = "r\(repeats.nodes.lowerBound)"
        for place in repeats.nodes { stands[place] = name }
        lines.append("  \(name) [label=\(quote("\(repeats)")), style=dashed];")
      }
    }
    for (place, node) in graph.nodes.enumerated() {
      guard let target = stands[place] else { continue }
      for input in node.inputs {
        guard let source = stands[Int(input.index)], source != target else { continue }
        let arrow = "  \(source) -> \(target) [label=\(quote("\(graph[input].type)"))];"
        if !target.hasPrefix("r") || lines.last != arrow { lines.append(arrow) }
      }
    }
    for (index, output) in graph.outputs.enumerated() {
      lines.append("  out\(index) [label=\(quote("\(output.name)")), shape=ellipse];")
      if let source = stands[Int(output.value.index)] {
        lines.append("  \(source) -> out\(index) [label=\(quote("\(graph[output.value].type)"))];")
      }
    }
    return lines.joined(separator: "\n") + "\n}\n"
  }

  private func quote(_ text: String) -> String {
    var quoted = "\""
    for character in text.escapingControls {
      switch character {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      default: quoted.append(character)
      }
    }
    return quoted + "\""
  }
}
