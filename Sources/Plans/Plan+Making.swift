package import Graphs
package import Tensors

extension Plan {
  /// The plan for `graph`.
  ///
  /// Throws iff the type of a value is not fixed or the values do not fit in an address space.
  package init(_ graph: Graph) throws(Diagnostic) {
    var planner = try Planner(graph)
    try planner.placeRoots()
    let layout = try ArenaLayout(planner.blocks)
    let values = graph.allValues
    self.init(
      graph: graph, prologue: planner.timeline.prologue.map { values[$0] },
      steps: planner.timeline.steps.map { values[$0] }, placements: planner.placements(layout),
      arenaSize: layout.size, prologueSize: planner.prologueSize, outputSizes: planner.outputSizes,
      sizeWithoutReuse: planner.sizeWithoutReuse)
  }
}

/// Gives every computed value a block of the arena, a part of the prologue's memory or an output.
private struct Planner {
  let graph: Graph
  let timeline: Timeline
  /// Bytes of each value.
  let sizes: [Int]
  private(set) var blocks: [Block] = []
  private(set) var prologueSize = 0
  private(set) var outputSizes: [Int]
  private(set) var sizeWithoutReuse = 0
  private var homes: [Home?]

  enum Home {
    case block(Int)
    case prologue(Range<Int>)
    case output(Int)
  }

  init(_ graph: Graph) throws(Diagnostic) {
    self.graph = graph
    timeline = Timeline(graph)
    sizes = try graph.nodes.map { node throws(Diagnostic) in
      guard let size = node.type.byteCount else { throw .openType(node) }
      return size
    }
    outputSizes = Array(repeating: 0, count: graph.outputs.count)
    homes = Array(repeating: nil, count: graph.nodes.count)
  }

  /// Walks the work in order: what the prologue leaves for the steps stays, what goes out has its own
  /// memory, the rest takes over a dying operand's block or opens one.
  mutating func placeRoots() throws(Diagnostic) {
    for (moment, index) in (timeline.prologue + timeline.steps).enumerated() {
      guard case .computed(_, let inPrologue) = timeline.roles[index] else { continue }
      guard let size = sizes[index].aligned else { throw .tooLarge() }
      let lastUse = timeline.lastUses[index]
      if inPrologue, lastUse >= timeline.prologue.count {
        let start = prologueSize
        try prologueSize.add(size)
        homes[index] = .prologue(start..<start + sizes[index])
      } else if let output = timeline.outputs[index] {
        outputSizes[output] = sizes[index]
        homes[index] = .output(output)
      } else {
        try sizeWithoutReuse.add(size)
        if let block = dyingBlock(under: index, at: moment) {
          blocks[block].moments = blocks[block].moments.lowerBound...max(moment, lastUse)
          homes[index] = .block(block)
        } else {
          homes[index] = .block(blocks.count)
          blocks.append(Block(size: size, moments: moment...max(moment, lastUse)))
        }
      }
    }
  }

  /// The block of an operand that the node at `index` may overwrite and reads last, or `nil`.
  private func dyingBlock(under index: Int, at moment: Int) -> Int? {
    let node = graph.nodes[index]
    let overwritable = type(of: node.op).mayOverwrite
    for position in overwritable where node.inputs.indices.contains(position) {
      let root = timeline.root(of: Int(node.inputs[position].index)).index
      guard case .block(let block) = homes[root], timeline.lastUses[root] == moment else { continue }
      let isWhole = node.inputs.enumerated().allSatisfy { position, input in
        let place = timeline.root(of: Int(input.index))
        guard place.index == root else { return true }
        return overwritable.contains(position) && place.offset == 0
          && graph[input].type.count == node.type.count
          && sizes[Int(input.index)] == sizes[index] && sizes[root] == sizes[index]
      }
      if isWhole { return block }
    }
    return nil
  }

  func placements(_ layout: ArenaLayout) -> [Value: Placement] {
    let values = graph.allValues
    var placements: [Value: Placement] = [:]
    for (index, value) in values.enumerated() {
      switch timeline.roles[index] {
      case .dead: continue
      case .input(let input): placements[value] = .input(input)
      case .parameter(let path): placements[value] = .parameter(path)
      case .view(let other, let offset):
        placements[value] = .alias(of: values[other], offset: offset)
      case .computed:
        switch homes[index] {
        case .block(let block):
          let start = layout.offsets[block]
          placements[value] = .arena(start..<start + sizes[index])
        case .prologue(let range): placements[value] = .prologue(range)
        case .output(let output): placements[value] = .output(output)
        case nil: continue
        }
      }
    }
    return placements
  }
}

extension Int {
  fileprivate mutating func add(_ other: Int) throws(Diagnostic) {
    let (sum, overflow) = addingReportingOverflow(other)
    guard !overflow else { throw .tooLarge() }
    self = sum
  }
}

extension Diagnostic {
  fileprivate static func openType(_ node: Node) -> Diagnostic {
    Diagnostic(
      "\(node.name.sigil) is \(node.type), but a plan needs fixed lengths of whole bytes",
      at: "\(node.name.sigil) = \(node.op.name)", help: "bind the named lengths first", kind: .software)
  }
}
