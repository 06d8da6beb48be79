package import Graphs
package import Plans
package import Tensors

/// What a person wants to know of a graph first.
package struct GraphSummary: Sendable {
  /// With named lengths open, as far as they are not given.
  package let graph: Graph
  /// `stable-audio-dit, diffusers layout`.
  package var origin: String?
  package var facts: [(label: String, value: String)] = []
  /// How many elements of each type the parameters are stored as; `nil` iff only the graph is known.
  package var stored: [(element: DType, count: Int, bytes: Int)]?
  /// The lengths that costs and plan are for; `nil` iff some is open.
  package var lengths: [String: Int]?
  /// The graph with its lengths bound, as soon as they are.
  package var bound: Graph?
  package var plan: Plan?
  /// What keeps the graph from being run, a reason each.
  package var gaps: [String] = []
  /// What is odd about the source but no error.
  package var notes: [String] = []

  package init(_ graph: Graph) { self.graph = graph }

  /// The names of lengths that inputs leave open, in order.
  package static func openLengths(of graph: Graph) -> [String] {
    var names: [String] = []
    for value in graph.inputs {
      for name in graph[value].type.dims.flatMap({ $0.names.sorted() }) where !names.contains(name) {
        names.append(name)
      }
    }
    return names
  }

  var inputs: [(name: Name, type: TensorType)] { graph.inputs.map { (graph[$0].name, graph[$0].type) } }
  var outputs: [(name: Name, type: TensorType)] { graph.outputs.map { ($0.name, graph[$0.value].type) } }

  /// The parameters' elements and bytes by type, as stored or else as the graph says.
  var parameters: [(element: DType, count: Int, bytes: Int)] {
    if let stored { return stored }
    var totals: [(element: DType, count: Int, bytes: Int)] = []
    for (_, parameter) in graph.parameters {
      totals.add(parameter.type)
    }
    return totals
  }
}

extension [(element: DType, count: Int, bytes: Int)] {
  /// Adds a tensor of `type` to the total of its element type.
  package mutating func add(_ type: TensorType) {
    let index = firstIndex { $0.element == type.element } ?? endIndex
    if index == endIndex { append((type.element, 0, 0)) }
    self[index].count = self[index].count.addingSaturating(type.count ?? 0)
    self[index].bytes = self[index].bytes.addingSaturating(type.byteCount ?? 0)
  }

  /// `1,057,484,928 in 3.9 GiB (f32)`.
  package var text: String {
    let count = reduce(0) { $0.addingSaturating($1.count) }
    let bytes = reduce(0) { $0.addingSaturating($1.bytes) }
    guard count > 0 else { return "none" }
    let kinds =
      self.count == 1
      ? "\(self[0].element)" : map { "\($0.element) \(ByteCount($0.bytes))" }.joined(separator: ", ")
    return "\(count.grouped) in \(ByteCount(bytes)) (\(kinds))"
  }
}

extension Int {
  fileprivate func addingSaturating(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
