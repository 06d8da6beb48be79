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
    bridge.depth = 3
    let error = #expect(throws: Diagnostic.self) {
      try Pass.insertVideoAttention(bridge).run(Tiny.backbone().graph)
    }
    #expect(error?.message.text == "@dit has 2 text cross-attentions, but 3 were expected")
  }

  @Test func anotherWidthIsRefused() throws {
    var bridge = try Tiny.bridge()
    bridge.backboneDim = 65
    let error = #expect(throws: Diagnostic.self) {
      try Pass.insertVideoAttention(bridge).run(Tiny.backbone().graph)
    }
    #expect(error?.message.text.contains("but the bridge is for width 65") == true)
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
