package import Graphs
import Tensors

/// How two graphs differ, for people and programs.
package struct GraphDiffReport: Sendable {
  package let diff: GraphDiff
  /// Whether every node is listed and what makes no difference is told.
  package var isVerbose = false
  let lines: GraphDiffLines

  package init(_ diff: GraphDiff) { (self.diff, lines) = (diff, GraphDiffLines(diff)) }

  /// `graphs are equal: 203 nodes`, `graphs differ: 24 added, 2 rewired; 180 nodes in both`.
  package var summary: String {
    let both = "\(diff.pairs.count.grouped) nodes in both"
    guard !diff.isEqual else { return "graphs are equal: \(both)" }
    let kinds: [GraphDiff.Change.Kind] = [.added, .removed, .changed, .rewired, .output]
    let counts = kinds.compactMap { kind in
      let count = diff.changes.count { $0.kind == kind }
      return count == 0 ? nil : "\(count.grouped) \(kind == .output ? "other results" : kind.rawValue)"
    }
    return "graphs differ: \(counts.joined(separator: ", ")); \(both)"
  }

  /// The places whose changes are told, in order: blocks for what is added or removed, lines for the rest.
  enum Entry {
    case block(GraphDiffLines.Block)
    case line(GraphDiffLines.Line)
  }

  var entries: [Entry] {
    let blocks = lines.blocks(.removed) + lines.blocks(.added)
    let others = lines.lines.filter { $0.kind != .added && $0.kind != .removed }
    return blocks.map(Entry.block) + others.map(Entry.line)
  }
}
