import Families
import Foundation
import Graphs
import Passes
@testable import Pipelines
import Runtime
import TemporaryFolders
import Tensors
import Testing

/// What is chosen for a memory limit.
@Suite struct RecomputationTests {
  /// The training of a bridged DiT of five blocks, by the configuration of the tiny one.
  private static func training() throws -> Graph {
    let path = "\(TinyPipeline.fixtures)/tiny/diffusers/transformer/config.json"
    let config = try String(contentsOfFile: path, encoding: .utf8)
    let folder = try TemporaryFolder()
    let deeper = config.replacingOccurrences(of: "\"num_layers\": 2", with: "\"num_layers\": 5")
    let backbone = try ModelSource(path: folder.put("dit.json", deeper)).blueprint("backbone").graph
    let bridge = Bridge(depth: 5, backboneDim: 64, videoDim: 6, heads: 2, headDim: 4)
    let passes = [Pass.insertVideoAttention(bridge, dropping: true)] + Pass.inference + Pass.training
    return try passes.run(on: backbone)
  }

  private static func measure(_ graph: Graph) throws(Diagnostic) -> TrainerMemory {
    var types: [Name: TensorType] = [:]
    for value in graph.inputs {
      let sizes = ["B": 2, "L": 40, "S": 5, "F": 3]
      guard let type = graph[value].type.binding(sizes) else { throw Diagnostic("an input is too long") }
      types[graph[value].name] = type
    }
    return try TrainerMemory(of: graph, inputs: types, TrainerSettings(), options: SessionOptions()) {
      _ throws(Diagnostic) in .f32
    }
  }

  private static func choose(_ graph: Graph, _ extent: Recomputation.Extent, limit: Int = .max) throws
    -> RecomputedGraph
  {
    var choice = Recomputation()
    (choice.extent, choice.memoryLimit) = (extent, limit)
    return try RecomputedGraph(graph, choice, measure: measure)
  }

  @Test func theFewestThatFit() throws {
    let graph = try Self.training()
    #expect(try Self.choose(graph, .fewest).recomputed == 0)
    for count in 0...4 {
      let total = try Self.choose(graph, .blocks(count)).memory.total
      let chosen = try Self.choose(graph, .fewest, limit: total)
      #expect(chosen.recomputed == count)
      #expect(chosen.blocks == 4)
      guard count < 4 else { break }
      #expect(try Self.choose(graph, .fewest, limit: total - 1).recomputed == count + 1)
    }
    #expect(try Self.choose(graph, .all).recomputed == 4)
  }

  @Test func ranksShareTheMachine() {
    #expect(Recomputation().memoryLimit == Arena.systemMemory)
    #expect(Recomputation(ranks: 4).memoryLimit == Arena.systemMemory / 4)
  }

  @Test func tooLittleMemory() throws {
    let graph = try Self.training()
    let least = try Self.choose(graph, .all).memory.total
    for (extent, count, help) in [
      (Recomputation.Extent.fewest, 4, "train on"), (.all, 4, "train on"),
      (.blocks(1), 1, "recompute more blocks, train on"),
    ] {
      let error = #expect(throws: Diagnostic.self) { try Self.choose(graph, extent, limit: least - 1) }
      let message = error?.message.text ?? ""
      #expect(message.contains(" of memory, \(count) of 4 blocks recomputed, but may take "), "\(message)")
      #expect(error?.help?.hasPrefix(help) == true)
    }
  }
}
