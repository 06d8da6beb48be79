package import Graphs
package import Tensors

/// What one node took in the runs of a stage.
package struct NodeTiming: Sendable {
  /// As graph text has it.
  package let line: String
  package let type: TensorType
  /// How often a run computes it.
  package private(set) var count = 0
  /// The median over the runs of what they spent on it.
  package fileprivate(set) var seconds = 0.0
  /// Its work in a run.
  package private(set) var cost = Cost()

  fileprivate init(_ graph: Graph, _ value: Value) {
    (line, type) = (graph.line(of: graph[value]), graph[value].type)
  }

  fileprivate mutating func add(_ cost: Cost) {
    count += 1
    self.cost = self.cost + cost
  }
}

extension StageTiming {
  /// Every node, those with the most time first. Nodes of one name in graphs of one name are the same node at
  /// other lengths.
  package var nodes: [NodeTiming] {
    struct Key: Hashable {
      let graph: String
      let node: Name
    }
    var places: [Key: Int] = [:]
    var nodes: [NodeTiming] = []
    var seconds: [[Double]] = []
    for (index, run) in runs.enumerated() {
      for lap in run.profile.laps {
        for span in lap.spans {
          let key = Key(graph: lap.graph.name, node: lap.graph[span.value].name)
          let place = places[key] ?? nodes.count
          if place == nodes.count {
            places[key] = place
            nodes.append(NodeTiming(lap.graph, span.value))
            seconds.append(Array(repeating: 0, count: runs.count))
          }
          seconds[place][index] += span.seconds
          if index == 0 { nodes[place].add(lap.graph.cost(of: span.value)) }
        }
      }
    }
    for place in nodes.indices { nodes[place].seconds = seconds[place].median }
    return nodes.sorted { ($1.seconds, $0.line) < ($0.seconds, $1.line) }
  }
}
