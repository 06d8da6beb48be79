import Graphs
import Tensors

extension Plan: CustomStringConvertible {
  /// `arena 412 MiB (1.9 GiB without reuse), 1,204 steps, prologue 96 nodes`.
  package var description: String {
    let arena = "\(ByteCount(arenaSize)) (\(ByteCount(sizeWithoutReuse)) without reuse)"
    return "arena \(arena), \(steps.count.grouped) steps, prologue \(prologue.count.grouped) nodes"
  }

  /// One line a placed value: when it is computed, its place and its node.
  package var table: String {
    var lines: [String] = []
    let order = Dictionary(
      (prologue + steps).enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    for value in graph.allValues {
      guard let placement = placements[value] else { continue }
      let step = order[value].map { $0 < prologue.count ? "load \($0)" : "\($0 - prologue.count)" } ?? ""
      let place = text(of: placement)
      lines.append(
        step.padded(to: 10) + place.padded(to: 34) + graph.line(of: graph[value])
          + " : \(graph[value].type)")
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private func text(of placement: Placement) -> String {
    switch placement {
    case .arena(let range): "arena \(range.lowerBound)..<\(range.upperBound)"
    case .prologue(let range): "prologue \(range.lowerBound)..<\(range.upperBound)"
    case .parameter: "checkpoint"
    case .input(let index): "input \(index)"
    case .output(let index): "output \(index)"
    case .alias(let other, let offset):
      graph[other].name.sigil + (offset == 0 ? "" : " + \(offset)")
    }
  }
}

extension String {
  /// With spaces behind up to `width`, and one at least.
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
