package import Graphs

/// The blocks of a differentiated graph that may be computed a second time for their gradients.
///
/// They are found by the flow of data. Somewhere the computation of the loss is as narrow as one value, which
/// everything computed before passes through; a block reaches from the last such value before trained weights
/// come in to the next one of that kind:
///
///     %x0 → [bridge, feed-forward, attentions] → %x1 → [bridge, …] → %x2 → [bridge, …] → %loss
///
/// The last stretch is none of the blocks: its gradients follow it at once.
package struct ForwardBlocks: Sendable {
  /// For each node whether it belongs to the computation of the loss: what stands behind the loss are gradients.
  let isForward: [Bool]
  /// The places of each block's nodes, in order.
  let ranges: [Range<Int>]

  package init(_ graph: Graph) {
    guard let loss = graph.outputs.first?.value else {
      (isForward, ranges) = (graph.nodes.map { _ in false }, [])
      return
    }
    isForward = graph.nodes.indices.map { $0 <= Int(loss.index) }
    let narrows = graph.narrows(before: loss)
    var starts: [Int] = []
    for place in graph.trainedPlaces where isForward[place] {
      guard let start = narrows.last(where: { $0 < place }), starts.last != start else { continue }
      starts.append(start)
    }
    ranges = zip(starts, starts.dropFirst()).map { $0 + 1..<$1 + 1 }
  }

  package var count: Int { ranges.count }
}

extension Graph {
  /// The longest chain of values of which each is passed by everything that the one before it reaches, in order,
  /// up to `last`.
  fileprivate func narrows(before last: Value) -> [Int] {
    let (reaches, end) = (reaching([last]), Int(last.index))
    var next: [Int?] = Array(repeating: nil, count: nodes.count)
    var depths = Array(repeating: 0, count: nodes.count)
    func meeting(_ a: Int, _ b: Int) -> Int {
      var (a, b) = (a, b)
      while a != b {
        if depths[a] >= depths[b] { a = next[a] ?? end } else { b = next[b] ?? end }
      }
      return a
    }
    for place in (0...end).reversed() where reaches[place] {
      if let next = next[place] { depths[place] = depths[next] + 1 }
      for input in nodes[place].inputs {
        let input = Int(input.index)
        next[input] = next[input].map { meeting($0, place) } ?? place
      }
    }
    let deepest = (0...end).max { depths[$0] < depths[$1] } ?? end
    return Array(sequence(first: deepest) { next[$0] })
  }

  /// The places of the nodes that read a trained weight, in order.
  fileprivate var trainedPlaces: [Int] {
    let outputs = Set(outputs.map(\.name))
    let weights = Set(inputs.filter { outputs.contains("gradient.\(self[$0].name)") })
    return nodes.indices.filter { nodes[$0].inputs.contains(where: weights.contains) }
  }
}
