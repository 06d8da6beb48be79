import Graphs
import Tensors

extension GraphDiffReport {
  /// A line each for what is removed (`-`), added (`+`), changed and rewired (`~`), then the sum.
  ///
  ///     + layers.0-23.video_attention  9 nodes in each of 24: norm = layer_norm, q = linear, …
  ///     ~ layers.0-23.feed_forward.norm  reads %… -> %…
  package var text: String {
    var text = ""
    for entry in entries {
      switch entry {
      case .block(let block): text += block.text(isVerbose: isVerbose)
      case .line(let line):
        let times = line.count > 1 ? "  (\(line.count))" : ""
        text += "~ \(line.name)\(times)  \(line.op)  \(line.details.joined(separator: "; "))\n"
      }
    }
    let notes = diff.lengths.map { "length \($0)" } + (isVerbose ? diff.notes : [])
    for note in notes { text += "note: \(note)\n" }
    return (text + summary + "\n").escapingControls
  }
}

extension GraphDiffLines.Block {
  var sign: String { kind == .added ? "+" : "-" }
  var title: String { scope.isEmpty ? "(top)" : scope }

  /// `9 nodes in each of 24`.
  var size: String {
    let nodes = self.nodes.count == 1 ? "1 node" : "\(self.nodes.count) nodes"
    return count > 1 ? "\(nodes) in each of \(count)" : nodes
  }

  fileprivate func text(isVerbose: Bool) -> String {
    let most = 6
    guard isVerbose else {
      let shown = nodes.prefix(most).joined(separator: ", ") + (nodes.count > most ? ", …" : "")
      return "\(sign) \(title)  \(size): \(shown)\n"
    }
    return "\(sign) \(title)  \(size)\n" + nodes.map { "\(sign)     \($0)\n" }.joined()
  }
}
