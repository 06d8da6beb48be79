package import Graphs
import Tensors

/// In which order the nodes of a graph run and where each result lies.
///
///     let plan = try Plan(graph.binding(lengths))     measure once
///     for step in plan.prologue { … }                 once after loading
///     for step in plan.steps { … }                    at every run: addresses are replayed, nothing is searched
///
/// Nodes that depend on no input form the prologue. A node whose result is the bytes of an operand
/// (`Op.view`) is no step. A value gives its memory back after its last reader; an op that may overwrite a
/// dying operand does so (`Op.mayOverwrite`). Inputs are never written, outputs never shared.
package struct Plan: Sendable, Equatable {
  /// The planned graph; every type is fixed.
  package let graph: Graph
  /// What runs once, in order.
  package let prologue: [Value]
  /// What every run computes, in order.
  package let steps: [Value]
  /// A place for each value that an output depends on; the others have none and are not computed.
  package let placements: [Value: Placement]
  /// Bytes of the arena.
  package let arenaSize: Int
  /// Bytes of the prologue's memory.
  package let prologueSize: Int
  /// Bytes of each output's memory; 0 where the output lies elsewhere.
  package let outputSizes: [Int]
  /// Bytes of the arena if no two values shared any.
  package let sizeWithoutReuse: Int

  package init(
    graph: Graph, prologue: [Value], steps: [Value], placements: [Value: Placement], arenaSize: Int,
    prologueSize: Int, outputSizes: [Int], sizeWithoutReuse: Int
  ) {
    (self.graph, self.prologue, self.steps) = (graph, prologue, steps)
    (self.placements, self.arenaSize, self.prologueSize) = (placements, arenaSize, prologueSize)
    (self.outputSizes, self.sizeWithoutReuse) = (outputSizes, sizeWithoutReuse)
  }

  /// Where every value's offset begins: a multiple of a cache line.
  package static let alignment = 64

  /// The value whose place holds the bytes of `value`, and how far behind its start they begin.
  package func root(of value: Value) -> (value: Value, offset: Int) {
    var (value, total) = (value, 0)
    while case .alias(let other, let offset) = placements[value] {
      (value, total) = (other, total + offset)
    }
    return (value, total)
  }
}
