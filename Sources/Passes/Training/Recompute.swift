import Graphs
import Operators
import Tensors

extension Pass {
  /// Computes the first `count` blocks of a differentiated graph a second time for their gradients, so that what
  /// lies inside them need not be kept from the forward part.
  ///
  ///     %h = exp(%x0); %x1 = …; …; %g1 = …;  %g0 = multiply(%g1, %h)
  ///     ->
  ///     %h = exp(%x0); %x1 = …; …; %g1 = …;
  ///     %again.x0 = after(%x0, %g1);  %again.h = exp(%again.x0);  %g0 = multiply(%g1, %again.h)
  ///
  /// Kept is what another block reads. The numbers are the same, bit for bit. The first blocks are taken because
  /// their gradients come last, when nothing of the other blocks is in memory any more.
  ///
  /// Throws iff there are fewer blocks.
  package static func recompute(blocks count: Int) -> Pass {
    Pass("recompute", "compute blocks again for their gradients") { (graph) throws(Diagnostic) in
      let blocks = ForwardBlocks(graph)
      guard (0...blocks.count).contains(count) else { throw .count(count, blocks.count) }
      guard count > 0 else { return graph }
      return try graph.recomputing(InnerValues(graph, blocks, first: count))
    }
  }
}

/// What lies inside the blocks that are computed again.
private struct InnerValues {
  let isForward: [Bool]
  let ranges: [Range<Int>]
  /// For each node whether it depends on an input.
  let varies: [Bool]
  /// For each node the block inside which it lies. In none is what another block reads or what never changes.
  let blocks: [Int?]
  /// For each of them whether a gradient needs it.
  let isNeeded: [Bool]

  init(_ graph: Graph, _ forward: ForwardBlocks, first count: Int) {
    let (isForward, ranges) = (forward.isForward, Array(forward.ranges.prefix(count)))
    let varies = graph.depending(on: Set(graph.inputs))
    var owners: [Int?] = Array(repeating: nil, count: graph.nodes.count)
    for (block, range) in ranges.enumerated() { for place in range { owners[place] = block } }
    var blocks = owners.indices.map { isForward[$0] && varies[$0] ? owners[$0] : nil }
    for (place, node) in graph.nodes.enumerated() where isForward[place] {
      for input in node.inputs where blocks[Int(input.index)] != owners[place] {
        blocks[Int(input.index)] = nil
      }
    }
    for output in graph.outputs { blocks[Int(output.value.index)] = nil }
    var isNeeded = Array(repeating: false, count: graph.nodes.count)
    for (place, node) in graph.nodes.enumerated().reversed() where !isForward[place] || isNeeded[place] {
      for input in node.inputs where blocks[Int(input.index)] != nil { isNeeded[Int(input.index)] = true }
    }
    (self.isForward, self.ranges, self.varies) = (isForward, ranges, varies)
    (self.blocks, self.isNeeded) = (blocks, isNeeded)
  }
}

extension Graph {
  /// The graph whose gradients read `inner` values computed anew, each block behind the gradients of the next.
  fileprivate func recomputing(_ inner: InnerValues) throws(Diagnostic) -> Graph {
    var rebuild = try Rebuild(self)
    var again: [Value: Value] = [:]
    var gradient: Value?
    try rebuild.walk { (rebuild, value) throws(Diagnostic) in
      let place = Int(value.index)
      guard !inner.isForward[place] else { return false }
      let node = self[value]
      for input in node.inputs {
        guard let block = inner.blocks[Int(input.index)], again[input] == nil, let gradient else { continue }
        try rebuild.repeating(inner, block, after: gradient, &again)
      }
      let inputs = try rebuild.new(node.inputs, preferring: again)
      rebuild.set(value, to: try rebuild.graph.add(node.op, inputs, name: node.name))
      if inner.varies[place] { gradient = try rebuild.new(value) }
      return true
    }
    return try rebuild.finished()
  }
}

extension Rebuild {
  /// Appends the needed nodes of a block once more. Those that read nothing computed again would equal the first
  /// ones: they read what they do behind `gradient`.
  fileprivate mutating func repeating(
    _ inner: InnerValues, _ block: Int, after gradient: Value, _ again: inout [Value: Value]
  ) throws(Diagnostic) {
    graph.scope = "again"
    defer { graph.scope = "" }
    var late: [Value: Value] = [:]
    for value in old.allValues[inner.ranges[block]] where inner.isNeeded[Int(value.index)] {
      let node = old[value]
      if node.inputs.allSatisfy({ again[$0] == nil }) {
        for input in node.inputs where inner.varies[Int(input.index)] && late[input] == nil {
          late[input] = try graph.add(After(), [try new(input), gradient], name: old[input].name)
        }
        let inputs = try new(node.inputs, preferring: late)
        again[value] = try graph.add(node.op, inputs, name: node.name)
      } else {
        let inputs = try new(node.inputs, preferring: again)
        again[value] = try graph.add(node.op, inputs, name: node.name)
      }
    }
  }

  /// What stands for the old values: a place of `others` where it has one.
  fileprivate func new(_ values: [Value], preferring others: [Value: Value]) throws(Diagnostic) -> [Value] {
    var places: [Value] = []
    for value in values {
      if let other = others[value] { places.append(other) } else { places.append(try new(value)) }
    }
    return places
  }
}

extension Diagnostic {
  fileprivate static func count(_ count: Int, _ known: Int) -> Diagnostic {
    Diagnostic(
      "\(count) blocks are to be recomputed, but the graph has \(known) whose gradients come late enough",
      kind: .usage)
  }
}
