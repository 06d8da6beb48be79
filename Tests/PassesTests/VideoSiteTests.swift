import Families
import Graphs
import Operators
import Passes
import Tensors
import Testing

/// Where the bridge goes: told by the flow of data.
@Suite struct VideoSiteTests {
  @Test(arguments: Tiny.backbones) func oneABlock(name: String) throws {
    let graph = try Tiny.backbone(name).graph
    let sites = try TextAttention.sites(in: graph, latents: "hidden_states", text: "encoder_hidden_states")
    #expect(sites.count == (try Tiny.bridge()).depth)
    for site in sites {
      #expect(graph[site.attention].name.text.contains("cross_attention"))
      #expect(graph[site.sum].inputs.sorted { $0.index < $1.index } == [site.stream, site.branch])
      #expect(graph[site.stream].name.text.contains("self_attention.sum"))
    }
  }

  @Test(arguments: Tiny.backbones) func namesSayNothing(name: String) throws {
    let graph = try Tiny.backbone(name).graph
    let plain = try TextAttention.sites(in: graph, latents: "hidden_states", text: "encoder_hidden_states")
    let blind = try TextAttention.sites(
      in: graph.scrambled(), latents: "hidden_states", text: "encoder_hidden_states")
    #expect(blind.map(\.sum) == plain.map(\.sum))
    let bridged = try Pass.insertVideoAttention(Tiny.bridge()).run(graph.scrambled())
    #expect(bridged.problems() == [])
  }

  /// The sites are the same behind the passes that run before and after.
  @Test(arguments: Pass.all.map(\.name)) func passesKeepThem(name: String) throws {
    let pass = try #require(Pass.all.first { $0.name == name })
    let graph = try pass.run(Tiny.backbone().graph)
    let sites = try TextAttention.sites(in: graph, latents: "hidden_states", text: "encoder_hidden_states")
    #expect(sites.count == 2)
  }

  @Test func anotherDepthIsRefused() throws {
    var bridge = try Tiny.bridge()
    bridge.widths.append(64)
    let error = #expect(throws: Diagnostic.self) {
      try Pass.insertVideoAttention(bridge).run(Tiny.backbone().graph)
    }
    #expect(error?.message.text == "@dit has 2 text cross-attentions, but 3 were expected")
  }

  @Test func anotherWidthIsRefused() throws {
    var bridge = try Tiny.bridge()
    bridge.widths[1] = 65
    let error = #expect(throws: Diagnostic.self) {
      try Pass.insertVideoAttention(bridge).run(Tiny.backbone().graph)
    }
    #expect(error?.message.text.contains("but the bridge is for width 65") == true)
  }

  /// Two sites, the second on half the tokens.
  private static let pyramid = """
    graph @pyramid(%x: f32[B, 2*N, 8], %text: f32[B, M, 8]) {
      %a = attention(%x, %text, %text) heads=1 kv_heads=1 scale=0.5 : f32[B, 2*N, 8]
      %one = add(%x, %a)                                            : f32[B, 2*N, 8]
      %half = reshape(%one) dims=[B, N, 16]                         : f32[B, N, 16]
      %wide = concat(%text, %text) axis=2                           : f32[B, M, 16]
      %b = attention(%half, %wide, %wide) heads=1 kv_heads=1 scale=0.5 : f32[B, N, 16]
      %two = add(%b, %half)                                         : f32[B, N, 16]
      %y = reshape(%two) dims=[B, 2*N, 8]                           : f32[B, 2*N, 8]
      return %y
    }
    """

  private static func graph(_ text: String) throws -> Graph {
    try #require(try Graph.parse(text, ops: .all).first)
  }

  @Test func aBridgeFitsItsSites() throws {
    let graph = try Self.graph(Self.pyramid)
    let bridge = try Bridge(fitting: TextAttention.sites(in: graph), of: graph, videoDim: 6)
    #expect(bridge.widths == [8, 16])
    #expect((bridge.heads, bridge.headDim, bridge.innerDim) == (1, 8, 8))
    #expect(bridge.positions == .ratio && bridge.prependedTokens == 0)
    let bridged = try Pass.insertVideoAttention(bridge).run(graph)
    let learnt = bridged.parameters.reduce(0) { $0 + ($1.parameter.type.count ?? 0) }
    #expect(bridge.parameterCount == learnt)
    let fields = bridge.metadata.first { $0.key == "backbone_dim" }
    #expect(fields?.value == "8,16")
    let strings = Dictionary(bridge.metadata.map { ($0.key, $0.value) }) { first, _ in first }
    #expect(try Bridge(metadata: strings) == bridge)
  }

  /// The stream of a diffusion transformer holds a token more than the latents.
  @Test(arguments: Tiny.backbones) func aBridgeFitsABackbone(name: String) throws {
    let graph = try Tiny.backbone(name).graph
    let bridge = try Bridge(fitting: TextAttention.sites(in: graph), of: graph, videoDim: 6)
    #expect(bridge.widths == [64, 64] && (bridge.heads, bridge.headDim) == (1, 64))
    #expect(bridge.positions == .index && bridge.prependedTokens == 1)
  }

  @Test func nothingToBridgeIsRefused() throws {
    let graph = try Self.graph("graph @g(%x: f32[B, N, 4], %z: f32[M]) {\n  return %x\n}\n")
    #expect(try TextAttention.sites(in: graph).isEmpty)
    let error = #expect(throws: Diagnostic.self) { try Bridge(fitting: [], of: graph, videoDim: 6) }
    #expect(error?.message.text == "@g nowhere attends to a text")
  }

  @Test func secondsNeedOneRate() throws {
    let graph = try Self.graph(Self.pyramid)
    var bridge = try Bridge(fitting: TextAttention.sites(in: graph), of: graph, videoDim: 6)
    bridge.positions = .seconds
    let error = #expect(throws: Diagnostic.self) { try Pass.insertVideoAttention(bridge).run(graph) }
    #expect(error?.message.text == "the streams have 2*N, N tokens, but positions in seconds know one rate")
    bridge.ropeDims = 0
    #expect(try Pass.insertVideoAttention(bridge).run(graph).problems() == [])
  }

  @Test func aStreamOfPicturesIsRefused() throws {
    let graph = try Self.graph(
      """
      graph @g(%x: f32[B, N, 2, 2], %text: f32[B, M, 4]) {
        %q = reshape(%x) dims=[B, N, 4] : f32[B, N, 4]
        %a = attention(%q, %text, %text) heads=1 kv_heads=1 scale=0.5 : f32[B, N, 4]
        %b = reshape(%a) dims=[B, N, 2, 2] : f32[B, N, 2, 2]
        %y = add(%x, %b) : f32[B, N, 2, 2]
        return %y
      }
      """)
    let sites = try TextAttention.sites(in: graph)
    #expect(sites.count == 1)
    let error = #expect(throws: Diagnostic.self) { try Bridge(fitting: sites, of: graph, videoDim: 6) }
    let words = "the stream %y is f32[B, N, 2, 2], but"
    #expect(error?.message.text.hasPrefix(words) == true)
    let bridge = Bridge(widths: [2], videoDim: 6)
    let refusal = #expect(throws: Diagnostic.self) {
      try Pass.insertVideoAttention(bridge).run(graph)
    }
    #expect(refusal?.message.text.hasPrefix(words) == true)
  }

  @Test func aPathOfTheBackboneIsNotTheBridges() throws {
    let graph = try Self.graph(
      """
      graph @g(%x: f32[B, N, 4], %text: f32[B, M, 4]) {
        %blocks.0.query_norm.weight = parameter path="blocks.0.query_norm.weight" frozen=true : f32[4]
        %q = multiply(%x, %blocks.0.query_norm.weight) : f32[B, N, 4]
        %a = attention(%q, %text, %text) heads=1 kv_heads=1 scale=0.5 : f32[B, N, 4]
        %y = add(%x, %a) : f32[B, N, 4]
        return %y
      }
      """)
    let error = #expect(throws: Diagnostic.self) {
      try Pass.insertVideoAttention(Bridge(widths: [4], videoDim: 6)).run(graph)
    }
    #expect(error?.message.text.hasPrefix("the backbone has a parameter") == true)
  }

  @Test func whatCouldBeTheLatentsIsAsked() throws {
    let two = """
      graph @g(%x: f32[B, N, 4], %z: f32[B, N, 4], %text: f32[B, M, 4]) {
        %both = add(%x, %z) : f32[B, N, 4]
        %a = attention(%both, %text, %text) heads=1 kv_heads=1 scale=0.5 : f32[B, N, 4]
        %y = add(%both, %a) : f32[B, N, 4]
        return %y
      }
      """
    let error = #expect(throws: Diagnostic.self) { try TextAttention.sites(in: try Self.graph(two)) }
    #expect(error?.message.text == "x, z of @g could each be its latents")
    #expect(try TextAttention.sites(in: try Self.graph(two), latents: "z", text: "text").count == 1)
    let none = two.replacing("return %y", with: "return %text")
      .replacing("%text: f32[B, M, 4]", with: "%text: f32[B, M, 5]").replacing("%text, %text", with: "%z, %z")
    let other = #expect(throws: Diagnostic.self) {
      try TextAttention.sites(in: try Self.graph(none), text: "text")
    }
    #expect(other?.message.text.hasPrefix("no input of @g has the dims of its first output") == true)
  }

  @Test func anUnknownInputIsRefused() throws {
    let graph = try Tiny.backbone().graph
    for (latents, text) in [("x", "encoder_hidden_states"), ("hidden_states", "words")] as [(Name, Name)] {
      let error = #expect(throws: Diagnostic.self) {
        try TextAttention.sites(in: graph, latents: latents, text: text)
      }
      #expect(error?.message.text.hasPrefix("@dit has no input") == true)
    }
  }

  @Test func anAttentionThatIsNotAddedIsRefused() throws {
    let text = """
      graph @g(%x: f32[B, N, 4], %text: f32[B, M, 4]) {
        %a = attention(%x, %text, %text) heads=1 kv_heads=1 scale=0.5 : f32[B, N, 4]
        return %a
      }
      """
    let graph = try #require(try Graph.parse(text, ops: .all).first)
    let error = #expect(throws: Diagnostic.self) {
      try TextAttention.sites(in: graph, latents: "x", text: "text")
    }
    #expect(error?.message.text.contains("is not added back to the stream") == true)
  }
}

extension Graph {
  /// The same graph; all names but those of inputs are numbers that say nothing.
  fileprivate func scrambled() throws -> Graph {
    var graph = Graph(name: name)
    var values: [Value] = []
    for (index, node) in nodes.enumerated() {
      let operands = node.inputs.map { values[Int($0.index)] }
      let name: Name = node.op is Input ? node.name : "v\((index * 7919) % 10007)"
      values.append(
        node.op is Input ? try graph.input(name, node.type) : try graph.add(node.op, operands, name: name))
    }
    graph.outputs = outputs.map { Output($0.name, values[Int($0.value.index)]) }
    return graph
  }
}
