import Families
import Foundation
import Graphs
import Operators
import Passes
import Plans
import Runtime
import TemporaryFolders
import Tensors
import Testing

/// Computing blocks again takes less memory and changes no number.
@Suite struct RecomputeTests {
  /// The training of a bridged DiT, by the configuration of the tiny one but with `depth` blocks.
  private static func training(depth: Int) throws -> Graph {
    let config = try String(
      contentsOfFile: Tiny.path("tiny/diffusers/transformer/config.json"), encoding: .utf8)
    let folder = try TemporaryFolder()
    let path = try folder.put(
      "dit.json", config.replacingOccurrences(of: "\"num_layers\": 2", with: "\"num_layers\": \(depth)"))
    let backbone = try ModelSource(path: path).blueprint("backbone").graph
    let bridge = Bridge(depth: depth, backboneDim: 64, videoDim: 6, heads: 2, headDim: 4)
    return try passes(bridge).run(on: backbone)
  }

  private static func passes(_ bridge: Bridge) -> [Pass] {
    [Pass.insertVideoAttention(bridge, dropping: true)] + Pass.inference + Pass.training
  }

  @Test(arguments: [
    ("stable-audio-open-1.0", 24, 1536), ("stable-audio-open-1.0-transformer", 24, 1536),
    ("stable-audio-open-small", 16, 1024),
  ])
  func theLastBlockIsNone(name: String, depth: Int, width: Int) throws {
    let published = try ModelSource(path: Tiny.path("../FamiliesTests/Published/\(name).json"))
    for adapter in [Bridge.Adapter.perBlock, .shared] {
      var bridge = Bridge(depth: depth, backboneDim: width, videoDim: 1024, heads: 8, headDim: 64)
      bridge.adapter = adapter
      let graph = try Self.passes(bridge).run(on: published.blueprint("backbone").graph)
      #expect(ForwardBlocks(graph).count == depth - 1)
    }
  }

  @Test(arguments: Precision.allCases) func sameBitsInLessMemory(precision: Precision) throws {
    let graph = try precision.passes.run(on: Self.training(depth: 5))
    let inputs = try graph.waves(["B": 2, "L": 40, "S": 5, "F": 3])
    var arena = Int.max
    var expected: [Name: Tensor] = [:]
    for count in 0...4 {
      let changed = try Pass.recompute(blocks: count).run(graph)
      var session = try Session(
        changed, parameters: { path throws(Diagnostic) in try Self.wave(path, graph) })
      let results = try session.run(inputs)
      let plan = session.plan
      #expect(plan?.problems() == [])
      #expect((plan?.arenaSize ?? .max) < arena)
      arena = plan?.arenaSize ?? 0
      if count == 0 { expected = results }
      #expect(results.count == expected.count)
      for (name, tensor) in expected {
        let bytes = try #require(results[name]).withBytes(Array.init)
        #expect(bytes == tensor.withBytes(Array.init), "\(name) with \(count) blocks")
      }
    }
  }

  private static func wave(_ path: Name, _ graph: Graph) throws(Diagnostic) -> Tensor {
    guard let parameter = graph.parameters.first(where: { $0.parameter.path == path })?.parameter else {
      throw Diagnostic("no parameter \(path)")
    }
    return try Tensor(wave: Double(path.text.utf8.count), parameter.type)
  }

  /// No pass merges the second computation with the first.
  @Test func otherPassesLeaveIt() throws {
    let graph = try Pass.recompute(blocks: 2).run(Self.training(depth: 3))
    #expect(try [Pass.simplify, .shareCommon, .removeDead].run(on: graph) == graph)
    let again = graph.nodes.filter { $0.name.text.hasPrefix("again.") }
    #expect(again.contains { $0.op is Linear })
  }

  @Test func moreBlocksThanThereAre() throws {
    let graph = try Self.training(depth: 3)
    let error = #expect(throws: Diagnostic.self) { try Pass.recompute(blocks: 3).run(graph) }
    #expect(
      error?.message.text
        == "3 blocks are to be recomputed, but the graph has 2 whose gradients come late enough")
  }
}
