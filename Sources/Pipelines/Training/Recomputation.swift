package import Graphs
import Passes
package import Runtime
package import Tensors

/// How much of a training's forward part is computed a second time for the gradients instead of being kept:
/// memory is bought with time. Results do not depend on it.
package struct Recomputation: Hashable, Sendable {
  /// The blocks that are computed again.
  package var extent = Extent.fewest
  /// The most bytes that training may take, on each rank.
  package var memoryLimit: Int

  package enum Extent: Hashable, Sendable {
    /// As few as the memory limit allows.
    case fewest
    case all
    /// So many, from the first.
    case blocks(Int)
  }

  /// As few blocks as the memory of the machine allows, in equal shares for the `ranks` that run there.
  package init(ranks: Int = 1) { memoryLimit = Arena.systemMemory / max(1, ranks) }
}

/// What became of a training's graph.
package struct RecomputedGraph: Sendable {
  package let graph: Graph
  /// Blocks that are computed again, of so many that might be.
  package let recomputed: Int
  package let blocks: Int
  package let memory: TrainerMemory

  /// Computes blocks of the differentiated `graph` again as `choice` says; `measure` gives the memory that a graph
  /// is trained in.
  ///
  /// Throws iff that is more than the limit, there are fewer blocks, or what `measure` throws.
  package init(
    _ graph: Graph, _ choice: Recomputation, measure: (Graph) throws(Diagnostic) -> TrainerMemory
  ) throws(Diagnostic) {
    let blocks = ForwardBlocks(graph).count
    func made(_ count: Int) throws(Diagnostic) -> RecomputedGraph {
      let graph = try Pass.recompute(blocks: count).run(graph)
      return RecomputedGraph(graph: graph, recomputed: count, blocks: blocks, memory: try measure(graph))
    }
    let limit = choice.memoryLimit
    switch choice.extent {
    case .all: self = try made(blocks)
    case .blocks(let count): self = try made(count)
    case .fewest: self = try Self.fewest(of: blocks, within: limit, made)
    }
    guard memory.total <= limit else { throw .tooMuch(self, limit) }
  }

  private init(graph: Graph, recomputed: Int, blocks: Int, memory: TrainerMemory) {
    (self.graph, self.recomputed, self.blocks, self.memory) = (graph, recomputed, blocks, memory)
  }

  /// The graph with the fewest blocks computed again that fits in `limit` bytes; with all of them where none does.
  private static func fewest(
    of blocks: Int, within limit: Int, _ made: (Int) throws(Diagnostic) -> RecomputedGraph
  ) throws(Diagnostic) -> RecomputedGraph {
    let none = try made(0)
    guard none.memory.total > limit, blocks > 0 else { return none }
    var best = try made(blocks)
    guard best.memory.total <= limit else { return best }
    var tooFew = 0
    while best.recomputed - tooFew > 1 {
      let middle = try made((tooFew + best.recomputed) / 2)
      if middle.memory.total <= limit { best = middle } else { tooFew = middle.recomputed }
    }
    return best
  }
}

extension RecomputedGraph: CustomStringConvertible {
  /// `7.9 GiB of memory, 12 of 23 blocks recomputed`.
  package var description: String {
    "\(ByteCount(memory.total)) of memory, \(recomputed) of \(blocks) blocks recomputed"
  }
}

extension Diagnostic {
  fileprivate static func tooMuch(_ made: RecomputedGraph, _ limit: Int) -> Diagnostic {
    let memory = made.memory
    let isAll = made.recomputed == made.blocks
    return Diagnostic(
      "training takes \(made), but may take \(ByteCount(limit))",
      note: """
        the frozen weights take \(ByteCount(memory.frozen)), the bridge with its gradients and the optimizer \
        \(ByteCount(memory.trained)), a step on the way \(ByteCount(memory.step))
        """,
      help: (isAll ? "" : "recompute more blocks, ")
        + "train on smaller batches and accumulate more of them, or raise --memory-limit",
      kind: .unavailable)
  }
}
