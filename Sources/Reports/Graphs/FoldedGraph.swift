package import Graphs
import Tensors

/// A graph whose equal blocks are told once; for display only.
///
/// A block is a run of nodes whose names have the same number in the same place: `layers.3.…`. A block repeats
/// the first one iff it is the same node by node, parameter paths differ in that number only, and what it
/// reads from outside is the same or comes from the same place of the block before.
package struct FoldedGraph: Sendable {
  package let graph: Graph
  package let parts: [Part]

  package enum Part: Hashable, Sendable {
    /// Nodes that are shown, by their places.
    case nodes(Range<Int>)
    /// Blocks that are like one shown above.
    case repeats(Repeats)
  }

  package struct Repeats: Hashable, Sendable {
    /// What stands before the number: `layers`.
    package let prefix: String
    /// The number of the block that is shown.
    package let shown: Int
    package let numbers: ClosedRange<Int>
    /// The places of all nodes that are left out.
    package let nodes: Range<Int>
  }

  /// Nothing is folded unless `folding`.
  package init(_ graph: Graph, folding: Bool = true) {
    self.graph = graph
    parts = folding ? FoldedGraph.parts(of: graph) : [.nodes(0..<graph.nodes.count)]
  }

  package var repeats: [Repeats] {
    parts.compactMap { if case .repeats(let repeats) = $0 { repeats } else { nil } }
  }

  private static func parts(of graph: Graph) -> [Part] {
    var parts: [Part] = []
    var shown = 0
    let blocks = Block.all(in: graph)
    var index = 0
    while index < blocks.count {
      let first = blocks[index]
      var last = index
      while last + 1 < blocks.count,
        blocks[last + 1].repeats(first, after: blocks[last], in: graph)
      { last += 1 }
      if last > index {
        let nodes = first.nodes.upperBound..<blocks[last].nodes.upperBound
        parts.append(.nodes(shown..<first.nodes.upperBound))
        parts.append(
          .repeats(
            Repeats(
              prefix: first.key.prefix, shown: first.key.number,
              numbers: first.key.number + 1...blocks[last].key.number, nodes: nodes)))
        shown = nodes.upperBound
      }
      index = last + 1
    }
    if shown < graph.nodes.count { parts.append(.nodes(shown..<graph.nodes.count)) }
    return parts
  }
}

extension FoldedGraph.Repeats: CustomStringConvertible {
  /// `layers.1-23 as layers.0`.
  package var description: String {
    let range = numbers.count == 1 ? "\(numbers.lowerBound)" : "\(numbers.lowerBound)-\(numbers.upperBound)"
    return "\(prefix).\(range) as \(prefix).\(shown)"
  }
}

/// A run of nodes with the same number in the same place of their names.
private struct Block {
  let key: Key
  let nodes: Range<Int>

  struct Key: Hashable {
    let prefix: String
    let number: Int

    /// The key of a name with a number in it.
    init?(_ name: Name) {
      let parts = name.parts
      guard let place = parts.firstIndex(where: { Int($0) != nil }), place > 0, let number = Int(parts[place])
      else { return nil }
      (prefix, self.number) = (parts[..<place].joined(separator: "."), number)
    }
  }

  /// What depends on parameters alone belongs to the block that reads it first.
  static func all(in graph: Graph) -> [Block] {
    var isFixed = Array(repeating: false, count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() {
      isFixed[index] = !(node.op is Input) && node.inputs.allSatisfy { isFixed[Int($0.index)] }
    }
    var keys: [Key?] = graph.nodes.indices.map { isFixed[$0] ? nil : Key(graph.nodes[$0].name) }
    for index in graph.nodes.indices.reversed() {
      for input in graph.nodes[index].inputs where isFixed[Int(input.index)] {
        keys[Int(input.index)] = keys[index]
      }
    }
    var blocks: [Block] = []
    var start = 0
    for end in 1..<max(1, keys.count + 1) where end == keys.count || keys[end] != keys[start] {
      if start < keys.count, let key = keys[start] { blocks.append(Block(key: key, nodes: start..<end)) }
      start = end
    }
    return blocks
  }

  /// Whether this block is `first` once more, `previous` being the block before this one.
  func repeats(_ first: Block, after previous: Block, in graph: Graph) -> Bool {
    guard key.prefix == first.key.prefix, key.number == previous.key.number + 1,
      nodes.lowerBound == previous.nodes.upperBound, nodes.count == first.nodes.count
    else { return false }
    return zip(nodes, first.nodes).allSatisfy { index, model in
      let (node, other) = (graph.nodes[index], graph.nodes[model])
      guard node.type == other.type, node.inputs.count == other.inputs.count,
        isAlike(node.op, other.op, first)
      else { return false }
      return node.inputs.indices.allSatisfy { position in
        let (place, modelPlace) = (Int(node.inputs[position].index), Int(other.inputs[position].index))
        if nodes.contains(place) { return place - nodes.lowerBound == modelPlace - first.nodes.lowerBound }
        if place == modelPlace { return true }
        guard previous.nodes.contains(place), !first.nodes.contains(modelPlace) else { return false }
        let before = Int(graph.nodes[index - nodes.count].inputs[position].index)
        return previous.nodes == first.nodes
          ? graph.nodes[place].type == graph.nodes[modelPlace].type : place - before == nodes.count
      }
    }
  }

  private func isAlike(_ op: any Op, _ other: any Op, _ first: Block) -> Bool {
    guard let parameter = op as? Parameter, let model = other as? Parameter else {
      return op.isEqual(to: other)
    }
    let parts = parameter.path.parts
    let modelParts = model.path.parts
    return parameter.frozen == model.frozen && parts.count == modelParts.count
      && zip(parts, modelParts).allSatisfy { part, modelPart in
        part == modelPart || (Int(part) == key.number && Int(modelPart) == first.key.number)
      }
  }
}
