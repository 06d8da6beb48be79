import Graphs
import Operators
import Tensors
import Testing

@testable import Runtime

/// How the runs of a stage add up.
@Suite struct StageTimingTests {
  private static func square() throws(Diagnostic) -> Tensor {
    try Tensor(floats: [1, 2, 3, 4], shape: [2, 2])
  }

  /// `y = x·x + x`, two nodes.
  private static func session() throws -> Session {
    var graph = Graph(name: "g")
    let x = try graph.input("x", TensorType(.f32, ["N", "N"]))
    let product = try graph.add(MatMul(), [x, x], name: "product")
    graph.output("y", try graph.add(Add(), [product, x], name: "sum"))
    var options = SessionOptions()
    options.measuresTime = true
    return try Session(graph, parameters: { _ throws(Diagnostic) in try Self.square() }, options: options)
  }

  @Test func runsAndNodes() throws {
    var session = try Self.session()
    var seen: [Int] = []
    let timing = try StageTimer("stage").time(
      runs: 4, progress: { name, done, total in seen += name == "stage" && total == 5 ? [done] : [] }
    ) { () throws(Diagnostic) in
      // Twice a run, so that every node is computed twice.
      _ = try session.run(["x": Self.square()])
      _ = try session.run(["x": Self.square()])
      return session.takeProfile()
    }
    #expect(seen == [0, 1, 2, 3, 4])
    #expect(timing.name == "stage" && timing.runs.count == 4)
    #expect(timing.cost == Cost(flops: 2 * (16 + 4), bytes: 2 * (48 + 48)))
    #expect(timing.least <= timing.median && timing.median <= timing.most)
    #expect(timing.first > 0 && (timing.peakMemory ?? .max) > 1 << 20)
    let nodes = timing.nodes
    #expect(Set(nodes.map(\.line)) == ["%product = matmul(%x, %x)", "%y = add(%product, %x)"])
    #expect(nodes.allSatisfy { $0.count == 2 && $0.type == TensorType(.f32, shape: [2, 2]) })
    #expect(nodes[0].seconds >= nodes[1].seconds)
    #expect(nodes.first { $0.line.contains("matmul") }?.cost.flops == 32)
    let spent = timing.runs.map(\.profile.seconds)
    #expect(zip(spent, timing.runs).allSatisfy { $0 <= $1.seconds })
  }

  /// The one in the middle, and the mean of two.
  @Test func median() {
    let timing = { (seconds: [Double]) in
      StageTiming(
        name: "", first: 0,
        runs: seconds.map { StageTiming.Run(began: 0, seconds: $0, profile: Profile()) }, peakMemory: nil)
    }
    #expect(timing([3, 1, 2]).median == 2 && timing([4, 1, 2, 3]).median == 2.5 && timing([]).median == 0)
    #expect(timing([3, 1, 2]).least == 1 && timing([3, 1, 2]).most == 3)
  }
}
