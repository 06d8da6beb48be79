import Families
import Graphs
import Operators
import Passes
import Tensors
import Testing

/// Clip and step together are the whole, and the step holds only what it must.
@Suite struct LifetimesTests {
  private static let clipInputs: Set<Name> = [
    "encoder_hidden_states", "global_hidden_states", "video", "video_scale",
  ]
  private static let stepInputs: Set<Name> = ["hidden_states", "timestep"]

  @Test(arguments: Tiny.backbones, Bridge.Positions.allCases)
  func partsMakeTheWhole(name: String, positions: Bridge.Positions) throws {
    let model = try Tiny.backbone(name)
    var bridge = try Tiny.bridge()
    (bridge.positions, bridge.gate) = (positions, positions == .index)
    let graph = try Pass.insertVideoAttention(bridge).run(model.graph)
    let weights = try Tiny.weights(model, graph)
    let inputs = try Tiny.inputs(graph, rows: 2)
    let whole = try graph.sample(inputs, weights)
    let parts = try Self.inParts(graph, inputs, weights)
    // Angles that are computed at run time are rounded otherwise than those of a table made when loading.
    #expect(positions == .ratio ? distance(parts, whole) < 1e-6 : parts == whole)
  }

  @Test(arguments: Tiny.backbones) func stepHoldsWhatDependsOnIt(name: String) throws {
    let graph = try Pass.insertVideoAttention(Tiny.bridge()).run(Tiny.backbone(name).graph)
    let parts = try Lifetimes(graph, clipInputs: Self.clipInputs)
    #expect(parts.clip.problems() + parts.step.problems() == [])
    let isStep = parts.step.depending(on: parts.step.inputsNamed { Self.stepInputs.contains($0) })
    let isGiven = parts.step.depending(on: Set(parts.step.inputs))
    for (index, node) in parts.step.nodes.enumerated() where isGiven[index] && !(node.op is Input) {
      #expect(isStep[index], "\(node.name) is the clip's")
    }
    let isClip = parts.clip.depending(on: Set(parts.clip.inputs))
    #expect(parts.clip.nodes.indices.contains { isClip[$0] })
    let outputs = parts.clip.outputs.map(\.name.text)
    for layer in 0..<2 {
      for leaf in ["cross_attention.v", "video_attention.k_rope", "video_attention.v"] {
        #expect(outputs.contains("layers.\(layer).\(leaf)"))
      }
    }
    #expect(outputs.contains { $0.hasPrefix("global_projection") })
    let stepNames = Set(parts.step.inputs.map { parts.step[$0].name })
    #expect(stepNames == Self.stepInputs.union(parts.clip.outputs.map(\.name)))
  }

  /// A value whose length only the latents tell is the step's until that length is bound.
  @Test func lengthsBelongToTheInputsThatTellThem() throws {
    var bridge = try Tiny.bridge()
    bridge.positions = .ratio
    let graph = try Pass.insertVideoAttention(bridge).run(Tiny.backbone().graph)
    let open = try Lifetimes(graph, clipInputs: Self.clipInputs)
    #expect(open.clip[named: "layers.0.video_attention.k"] != nil)
    #expect(open.clip[named: "layers.0.video_attention.k_rope"] == nil)
    let bound = try Lifetimes(graph.binding(["L": 9]), clipInputs: Self.clipInputs)
    #expect(bound.clip[named: "layers.0.video_attention.k_rope"] != nil)
  }

  /// A length that only a clip input tells, in a step that reads nothing of that length.
  @Test func aStepIsGivenTheLengthsItSpeaksOf() throws {
    let text = """
      graph @g(%x: f32[N], %text: f32[M, 4]) {
        %long = broadcast(%x) dims=[M, N] : f32[M, N]
        %y = sum(%long) axes=[0] keep=false : f32[N]
        %mean = mean(%text) axes=[0, 1] keep=false : f32[]
        %z = add(%y, %mean) : f32[N]
        return %z, %mean
      }
      """
    let graph = try #require(try Graph.parse(text, ops: .all).first)
    let inputs = try graph.waves(["N": 3, "M": 5])
    let (whole, parts) = (try graph.inSession(inputs, [:]), try Self.parts(graph, ["text"], inputs, [:]))
    #expect(try whole.mapValues { try $0.floats() } == parts.mapValues { try $0.floats() })
  }

  @Test func nothingForTheClipIsNothing() throws {
    let graph = try Tiny.backbone().graph
    let parts = try Lifetimes(graph, clipInputs: [])
    #expect(parts.clip.nodes.isEmpty && parts.clip.outputs.isEmpty)
    #expect(parts.step.outputs.map(\.name) == graph.outputs.map(\.name))
  }

  @Test func anUnknownInputIsRefused() throws {
    let error = #expect(throws: Diagnostic.self) {
      try Lifetimes(Tiny.backbone().graph, clipInputs: ["words"])
    }
    #expect(error?.message.text == "@dit has no input words")
  }

  /// All the passes of a clip, one behind the other.
  @Test(arguments: Tiny.backbones) func allTogether(name: String) throws {
    let model = try Tiny.backbone(name)
    let bridged = try Pass.insertVideoAttention(Tiny.bridge()).run(model.graph)
    let weights = try Tiny.weights(model, bridged)
    let inputs = try Tiny.inputs(bridged)
    var two = inputs
    for shared in ["hidden_states", "timestep", "global_hidden_states"] as [Name] {
      two[shared] = try inputs.at(shared).twice()
    }
    let exact = try #require(try bridged.inReference(inputs, weights)["sample"]?.floats())
    for passes in [Pass.inference, Pass.inference + [.fuseQKV]] {
      let graph = try (passes + [.guideBatch()]).run(on: bridged)
      let rows = try Self.inParts(graph, two, weights)
      #expect(distance(rows.prefix(exact.count), exact) < 2e-5)
    }
  }

  private static func inParts(_ graph: Graph, _ inputs: [Name: Tensor], _ weights: [Name: Tensor]) throws
    -> [Float]
  {
    try parts(graph, clipInputs, inputs, weights).at("sample").floats()
  }

  /// The results of the step on what the clip gives.
  private static func parts(
    _ graph: Graph, _ clipInputs: Set<Name>, _ inputs: [Name: Tensor], _ weights: [Name: Tensor]
  ) throws -> [Name: Tensor] {
    let parts = try Lifetimes(graph, clipInputs: clipInputs)
    let constants = try parts.clip.inSession(inputs.filter { clipInputs.contains($0.key) }, weights)
    let rest = inputs.filter { !clipInputs.contains($0.key) }
    return try parts.step.inSession(rest.merging(constants) { first, _ in first }, weights)
  }
}

extension Graph {
  fileprivate func inputsNamed(_ isWanted: (Name) -> Bool) -> Set<Value> {
    Set(inputs.filter { isWanted(self[$0].name) })
  }
}
