import Tensors

/// A graph as it is matched: its nodes but for weights, what each says, and who reads it.
struct Outline {
  let graph: Graph
  let leaves: [WeightLeaf?]
  /// For each node a number that op and attributes decide, without operands and type.
  let labels: [Int]
  /// Whether the order of a node's operands means nothing.
  let isCommutative: [Bool]
  /// For each node its readers, and at which operand.
  let users: [[(node: Int, position: Int)]]
  /// The nodes that are matched: all but weights and what nothing reads.
  let places: [Int]
  /// For each node the results of the graph that it is.
  let outputs: [[Name]]

  init(_ graph: Graph, commutative: Set<String>) {
    self.graph = graph
    let leaves = graph.weightLeaves()
    self.leaves = leaves
    labels = graph.nodes.map { node in
      var hasher = Hasher()
      hasher.combine(node.op.name)
      for attribute in (try? node.op.attributes()) ?? [] {
        hasher.combine(attribute.key)
        hasher.combine(attribute.value.compared(in: node.type.element))
      }
      return hasher.finalize()
    }
    isCommutative = graph.nodes.map { commutative.contains($0.op.name) }
    var users: [[(node: Int, position: Int)]] = graph.nodes.map { _ in [] }
    for (place, node) in graph.nodes.enumerated() where leaves[place] == nil {
      for (position, input) in node.inputs.enumerated() {
        users[Int(input.index)].append((place, position))
      }
    }
    self.users = users
    places = graph.nodes.indices.filter { leaves[$0] == nil }
    var outputs: [[Name]] = graph.nodes.map { _ in [] }
    for output in graph.outputs { outputs[Int(output.value.index)].append(output.name) }
    self.outputs = outputs
  }

  func operands(_ place: Int) -> [Int] { graph.nodes[place].inputs.map { Int($0.index) } }

  /// Where an operand stands, as far as that means something.
  func position(_ position: Int, of node: Int) -> Int { isCommutative[node] ? 0 : position }

  /// For each node a number that all above it decides, and one that all below it decides. Weights count by
  /// `leafColour`, inputs by `inputColours`.
  func colours(_ leafColour: (WeightLeaf) -> Int, _ inputColours: [Int: Int]) -> (above: [Int], below: [Int])
  {
    var above: [Int] = []
    for place in graph.nodes.indices {
      var hasher = Hasher()
      if let leaf = leaves[place] {
        hasher.combine(leafColour(leaf))
      } else if let colour = inputColours[place] {
        hasher.combine(colour)
      } else {
        hasher.combine(labels[place])
        let colours = operands(place).map { above[$0] }
        hasher.combine(isCommutative[place] ? colours.sorted() : colours)
      }
      above.append(hasher.finalize())
    }
    var below = graph.nodes.indices.map { outputs[$0].count }
    for place in graph.nodes.indices.reversed() {
      // A sum, since readers stand in no order.
      for (user, position) in users[place] {
        var hasher = Hasher()
        hasher.combine(labels[user])
        hasher.combine(self.position(position, of: user))
        hasher.combine(below[user])
        below[place] &+= hasher.finalize()
      }
    }
    return (above, below)
  }
}

extension Attribute {
  /// What two attributes of a node of `element` have alike iff they count as equal: the text, of a body all of it.
  /// Numbers of floats are told as `f32` has them, which is all that most formats keep.
  func compared(in element: DType) -> String {
    switch self {
    case .graph(let graph): graph.description
    case .real(let value) where element.isFloat && element != .f64: Float(value).description
    case .list(let items): items.map { $0.compared(in: element) }.joined(separator: ",")
    default: text
    }
  }
}
