import Families
import Graphs
import Operators
import Passes
import Tensors
import Testing

/// What the bridge must never do to the backbone.
@Suite struct BridgeLawTests {
  @Test(arguments: Tiny.backbones) func scaleZeroIsTheBackbone(name: String) throws {
    let (model, bridged) = try Self.bridged(name)
    let weights = try Tiny.weights(model, bridged)
    var inputs = try Tiny.inputs(bridged, rows: 2)
    inputs["video_scale"] = try Tensor(floats: [0], shape: [])
    let plain = inputs.filter { !["video", "video_scale"].contains($0.key) }
    #expect(try bridged.sample(inputs, weights) == model.graph.sample(plain, weights))
    let exact = try bridged.inReference(inputs, weights)["sample"]?.floats()
    #expect(try exact == model.graph.inReference(plain, weights)["sample"]?.floats())
  }

  @Test(arguments: Tiny.backbones) func zeroProjectionsAreTheBackbone(name: String) throws {
    let (model, bridged) = try Self.bridged(name)
    var zeros: [Name: Tensor] = [:]
    for (_, parameter) in bridged.parameters where parameter.path.text.hasSuffix("to_out.weight") {
      guard !parameter.frozen else { continue }
      zeros[parameter.path] = try Tensor(reals: Array(repeating: 0, count: 64 * 48), as: parameter.type)
    }
    #expect(zeros.count == 2)
    let weights = try Tiny.weights(model, bridged, changing: zeros)
    let inputs = try Tiny.inputs(bridged)
    let plain = inputs.filter { !["video", "video_scale"].contains($0.key) }
    #expect(try bridged.sample(inputs, weights) == model.graph.sample(plain, weights))
  }

  /// What makes the two laws above worth something.
  @Test(arguments: Tiny.backbones) func videoIsHeard(name: String) throws {
    let (model, bridged) = try Self.bridged(name)
    let weights = try Tiny.weights(model, bridged)
    var inputs = try Tiny.inputs(bridged)
    inputs["video_scale"] = try Tensor(floats: [1], shape: [])
    let sample = try bridged.sample(inputs, weights)
    let exact = try #require(try bridged.inReference(inputs, weights)["sample"]?.floats())
    #expect(distance(sample, exact) < 2e-5)
    let plain = inputs.filter { !["video", "video_scale"].contains($0.key) }
    #expect(distance(sample, try model.graph.sample(plain, weights)) > 1e-3)
  }

  @Test(arguments: Tiny.backbones) func takingItOutGivesTheOldText(name: String) throws {
    let (model, bridged) = try Self.bridged(name)
    #expect(bridged.description != model.graph.description)
    #expect(try bridged.withoutBridge().description == model.graph.description)
  }

  @Test(arguments: Tiny.backbones) func twiceIsOnce(name: String) throws {
    let bridged = try Self.bridged(name).graph
    #expect(try Pass.insertVideoAttention(Tiny.bridge()).run(bridged) == bridged)
    #expect(bridged.problems() == [])
    #expect(try Graph.parse(bridged.description, ops: .all) == [bridged])
  }

  @Test func orderOfTokensDoesNotMatter() throws {
    let (model, bridged) = try Self.bridged("stable_audio")
    let graph = try bridged.withGivenPositions()
    let weights = try Tiny.weights(model, graph)
    var inputs = try Tiny.inputs(graph)
    inputs["positions"] = try Tensor(floats: [0, 1, 2], shape: [3])
    let sample = try graph.sample(inputs, weights)
    let counted = try bridged.sample(inputs.filter { $0.key != "positions" }, weights)
    #expect(distance(sample, counted) < 1e-6)

    let order = [2, 0, 1]
    let rows = try inputs.at("video").floats()
    let width = rows.count / order.count
    let permuted = order.flatMap { rows[$0 * width..<($0 + 1) * width] }
    inputs["video"] = try Tensor(floats: permuted, shape: [1, 3, width])
    #expect(distance(try graph.sample(inputs, weights), sample) > 1e-4)
    inputs["positions"] = try Tensor(floats: order.map { Float($0) }, shape: [3])
    #expect(distance(try graph.sample(inputs, weights), sample) < 1e-6)
  }

  private static func bridged(_ name: String) throws -> (model: Model, graph: Graph) {
    let model = try Tiny.backbone(name)
    return (model, try Pass.insertVideoAttention(Tiny.bridge()).run(model.graph))
  }
}

extension Graph {
  /// The graph with every sum of a bridge replaced by the stream that goes into it, and without what nothing
  /// reads then.
  fileprivate func withoutBridge() throws -> Graph {
    var graph = Graph(name: name)
    var values: [Value: Value] = [:]
    let live = reaching(Set(outputs.map(\.value)))
    for value in allValues where live[Int(value.index)] {
      let node = self[value]
      if node.name.text.hasSuffix("video_attention.sum") {
        values[value] = values[node.inputs[0]]
      } else if node.op is Input, !["video", "video_scale"].contains(node.name) {
        values[value] = try graph.input(node.name, node.type)
      } else if !(node.op is Input), node.inputs.allSatisfy({ values[$0] != nil }) {
        let parameter = node.as(Parameter.self)
        guard parameter?.frozen ?? true else { continue }
        values[value] = try graph.add(node.op, node.inputs.compactMap { values[$0] }, name: node.name)
      }
    }
    graph.outputs = outputs.compactMap { output in values[output.value].map { Output(output.name, $0) } }
    return graph
  }

  /// The graph with an input of positions `[F]` for the keys of the bridge.
  fileprivate func withGivenPositions() throws -> Graph {
    var rebuild = try Rebuild(self, adding: [("positions", .f32("F"))])
    let positions = rebuild.graph[named: "positions"]
    try rebuild.walk { (rebuild, value) throws(Diagnostic) in
      let node = self[value]
      guard node.name.text.hasSuffix("video_attention.k_rope"), let positions else { return false }
      let operands = try rebuild.new(node.inputs) + [positions]
      rebuild.set(value, to: try rebuild.graph.add(node.op, operands, name: node.name))
      return true
    }
    return try rebuild.finished()
  }
}
