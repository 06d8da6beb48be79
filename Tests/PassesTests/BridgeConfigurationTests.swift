import Checkpoints
import Families
import Graphs
import Operators
import Passes
import Tensors
import Testing

/// Every choice a bridge leaves open.
@Suite struct BridgeConfigurationTests {
  private static let changes: [(name: String, change: @Sendable (inout Bridge) -> Void)] = [
    ("as the fixture", { _ in }),
    ("no adapter", { $0.adapter = .none }),
    ("shared adapter", { $0.adapter = .shared }),
    ("wide adapter", { $0.adapterHidden = 100 }),
    ("biases", { $0.bias = true }),
    ("video norm", { $0.videoNorm = true }),
    ("qk norm", { $0.qkNorm = true }),
    ("no gate", { $0.gate = false }),
    ("no positions", { $0.ropeDims = 0 }),
    ("few rotating dims", { $0.ropeDims = 6 }),
    ("interleaved", { $0.ropeStyle = .interleaved }),
    ("another base", { $0.ropeBase = 500 }),
    ("ratio", { $0.positions = .ratio }),
    ("seconds", { $0.positions = .seconds }),
    ("seconds by 8 x 8", { ($0.positions, $0.pooling) = (.seconds, .grid8) }),
    ("ratio by 16 x 16", { ($0.positions, $0.pooling) = (.ratio, .grid16) }),
    ("index by 8 x 8", { $0.pooling = .grid8 }),
    ("no prepended token", { ($0.positions, $0.prependedTokens) = (.ratio, 0) }),
    (
      "all at once",
      {
        ($0.adapter, $0.bias, $0.videoNorm, $0.qkNorm, $0.gate) = (.shared, true, true, true, false)
        ($0.heads, $0.headDim, $0.ropeDims, $0.normEpsilon) = (3, 10, 4, 1e-3)
      }
    ),
  ]

  @Test(arguments: changes.map(\.name)) func isSound(name: String) throws {
    var bridge = try Tiny.bridge()
    try #require(Self.changes.first { $0.name == name }).change(&bridge)
    let model = try Tiny.backbone()
    let graph = try Pass.insertVideoAttention(bridge).run(model.graph)
    #expect(graph.problems() == [])
    #expect(try Graph.parse(graph.description, ops: .all) == [graph])

    let learnt = graph.parameters.filter { !$0.parameter.frozen }
    #expect(bridge.parameterCount == learnt.reduce(0) { $0 + ($1.parameter.type.count ?? 0) })
    let ofFirst = learnt.filter { $0.parameter.path.text.hasPrefix("blocks.0.") }
    #expect(bridge.parameterCount(width: 64) == ofFirst.reduce(0) { $0 + ($1.parameter.type.count ?? 0) })
    #expect(try Bridge(metadata: bridge.strings) == bridge)

    let inputs = try graph.waves(["B": 1, "L": 5, "S": 3, "F": 2])
    let weights = try Tiny.weights(model, graph)
    let sample = try graph.sample(inputs, weights)
    #expect(sample.allSatisfy(\.isFinite) && sample.contains { $0 != 0 })
    let plain = inputs.filter { !["video", "video_scale"].contains($0.key) }
    var silent = inputs
    silent["video_scale"] = try Tensor(floats: [0], shape: [])
    #expect(try graph.sample(silent, weights) == model.graph.sample(plain, weights))
  }

  /// The sizes of the paper's bridge, counted by hand.
  @Test(arguments: [(1024, 7_867_392, 2_099_200), (1408, 9_047_040, 3_967_744)])
  func sizes(videoDim: Int, attention: Int, adapter: Int) {
    var bridge = Bridge(depth: 24, backboneDim: 1536, videoDim: videoDim, heads: 24, headDim: 64)
    #expect(bridge.parameterCount(width: 1536) == attention + adapter + 1)
    #expect(bridge.parameterCount == 24 * (attention + adapter + 1))
    (bridge.adapter, bridge.gate) = (.shared, false)
    #expect(bridge.parameterCount(width: 1536) == attention)
    #expect(bridge.parameterCount == 24 * attention + adapter)
  }

  @Test(arguments: [
    ("format", "other", "the file is no bridge: its metadata says format \"other\""),
    ("version", "2", "the bridge has version 2, but version 1 is what is known here"),
    ("depth", "0", "the bridge's depth is 0, which makes no sense"),
    ("depth", "99999", "the bridge's depth is 99999, which makes no sense"),
    ("heads", "1048576", "the bridge's heads is 1048576 of 24, which makes no sense"),
    ("backbone_dim", "64,64,64", "the bridge's backbone_dim lists 3 widths, but its depth is 2"),
    ("backbone_dim", "64,", "the bridge's backbone_dim is 64,, which makes no sense"),
    ("backbone_dim", "64,0", "the bridge's backbone_dim is 0, which makes no sense"),
    ("head_dim", "many", "the bridge's head_dim is many, which makes no sense"),
    ("rope_dims", "5", "the bridge's rope_dims is 5, which makes no sense"),
    ("rope_dims", "26", "the bridge's rope_dims is 26, which makes no sense"),
    ("rope_base", "nan", "the bridge's rope_base is nan, which makes no sense"),
    ("scale", "inf", "the bridge's scale is inf, which makes no sense"),
    ("prepended_tokens", "-1", "the bridge's prepended_tokens is -1, which makes no sense"),
    ("position_mode", "beats", "the bridge's position_mode is beats, which makes no sense"),
    ("gate", "yes", "the bridge's gate is yes, which makes no sense"),
  ])
  func nonsenseIsRefused(key: String, value: String, message: String) throws {
    var metadata = try Tiny.bridge().strings
    metadata[key] = value
    let error = #expect(throws: Diagnostic.self) { try Bridge(metadata: metadata) }
    #expect(error?.message.text == message)
  }

  @Test func aMissingWidthIsNamed() throws {
    var metadata = try Tiny.bridge().strings
    metadata["video_dim"] = nil
    let error = #expect(throws: Diagnostic.self) { try Bridge(metadata: metadata) }
    #expect(error?.message.text == "the bridge's metadata lacks video_dim")
  }

  /// One block alone against PyTorch, at other positions, rotations and widths.
  @Test(arguments: Bridge.Positions.allCases, [("half", 10), ("interleaved", 10), ("half", 4)])
  func agreesWithPyTorch(mode: Bridge.Positions, rotation: (style: String, dims: Int)) throws {
    let reference = try Checkpoint.open(path: Tiny.path("references/generate/bridge.safetensors"))
    var bridge = Bridge(depth: 1, backboneDim: 30, videoDim: 22, heads: 3, headDim: 10)
    (bridge.adapterHidden, bridge.prependedTokens, bridge.positions) = (17, 0, mode)
    bridge.ropeStyle = try #require(Bridge.RotaryStyle(rawValue: rotation.style))
    bridge.ropeDims = rotation.dims

    var graph = Graph(name: "block")
    let x = try graph.input("x", .f32("B", "N", 30))
    let text = try graph.input("text", .f32("B", "M", 30))
    let attention = try graph.add(Attention(heads: 3, scale: 1), [x, text, text])
    graph.output("y", try graph.add(x, attention))
    graph = try Pass.insertVideoAttention(bridge, latents: "x", text: "text").run(graph)
    // Where the text is zero, the stream is x.
    let inputs: [Name: Tensor] = [
      "x": try reference.tensor("x"),
      "text": try Tensor(floats: Array(repeating: 0, count: 30), shape: [1, 1, 30]),
      "video": try reference.tensor("video"), "video_scale": try Tensor(floats: [1], shape: []),
    ]
    let results = try graph.evaluate(inputs) { path throws(Diagnostic) in
      try reference.tensor(Name(String(path.text.dropFirst("blocks.0.".count))))
    }
    let (sum, start) = (try results.at("y").floats(), try inputs.at("x").floats())
    let added = try reference.tensor("\(mode.rawValue).\(rotation.style).\(rotation.dims).added").floats()
    #expect(distance(zip(sum, start).map { $0 - $1 }, added) < 2e-5)
  }
}

extension Bridge {
  /// The metadata as a file gives it back.
  fileprivate var strings: [String: String] {
    Dictionary(metadata.map { ($0.key, $0.value) }) { first, _ in first }
  }
}
