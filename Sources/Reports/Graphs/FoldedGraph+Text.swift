import Graphs
import Tensors

extension FoldedGraph {
  /// The text of the graph; a comment stands for each run of blocks that is left out. `Graph.parse` reads it
  /// back iff nothing is folded.
  package var text: String {
    guard !repeats.isEmpty else { return graph.description }
    var rows: [(line: String, type: String?)] = []
    for part in parts {
      switch part {
      case .nodes(let places):
        for node in graph.nodes[places] where !(node.op is Input) {
          rows.append((graph.line(of: node), node.type.description))
        }
      case .repeats(let repeats): rows.append(("# \(repeats)", nil))
      }
    }
    let width = min(rows.map { $0.type == nil ? 0 : $0.line.count }.max() ?? 0, 96)
    var text = graph.firstLine + "\n"
    for (line, type) in rows {
      text += "  " + line
      if let type { text += String(repeating: " ", count: max(0, width - line.count)) + " : " + type }
      text += "\n"
    }
    return text + graph.lastLines + "\n"
  }
}
