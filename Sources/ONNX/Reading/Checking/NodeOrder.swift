import Tensors

/// Which nodes of a graph need which, gathered node by node.
struct NodeOrder {
  /// The needed nodes of all nodes, one after another, and where those of each end.
  private var needed: [Int] = []
  private var ends: [Int] = []
  /// Whether every node comes behind those that it needs.
  private(set) var isInOrder = true

  /// The node that is being gathered needs the node `place`.
  mutating func add(_ place: Int) {
    needed.append(place)
    if place >= ends.count { isInOrder = false }
  }

  /// The next `add` is about the next node.
  mutating func endNode() { ends.append(needed.count) }

  /// The places of `nodes` in an order in which each comes behind those that it needs, else as they stand.
  ///
  /// Throws iff some need one another.
  func sorted(_ nodes: [NodeProto]) throws(Diagnostic) -> [Int] {
    enum State { case new, open, done }
    var states = [State](repeating: .new, count: ends.count)
    var order: [Int] = []
    order.reserveCapacity(ends.count)
    for root in ends.indices where states[root] == .new {
      var stack = [(node: root, next: start(of: root))]
      states[root] = .open
      while let (node, next) = stack.last {
        guard next < ends[node] else {
          states[node] = .done
          order.append(node)
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        switch states[needed[next]] {
        case .done: continue
        case .new:
          states[needed[next]] = .open
          stack.append((needed[next], start(of: needed[next])))
        case .open:
          let cycle = stack.map(\.node).drop { $0 != needed[next] }
          throw .cycle(cycle.prefix(8).map { nodes[$0].site }, cycle.count)
        }
      }
    }
    return order
  }

  private func start(of node: Int) -> Int { node == 0 ? 0 : ends[node - 1] }
}

extension Diagnostic {
  fileprivate static func cycle(_ sites: [String], _ count: Int) -> Diagnostic {
    let more = count > sites.count ? " and \(count - sites.count) more" : ""
    return Diagnostic(
      count == 1
        ? "\(sites[0]) needs its own output"
        : "\(count) nodes need one another in a circle: \(sites.joined(separator: ", "))\(more)")
  }
}
