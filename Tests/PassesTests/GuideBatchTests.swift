import Families
import Graphs
import Operators
import Passes
import Tensors
import Testing

/// Both rows of guidance at once are what the backbone gives row by row.
@Suite struct GuideBatchTests {
  @Test(arguments: Tiny.backbones) func rowsAreTheBackbones(name: String) throws {
    let model = try Tiny.backbone(name)
    let bridged = try Pass.insertVideoAttention(Tiny.bridge()).run(model.graph)
    let weights = try Tiny.weights(model, bridged)
    var inputs = try Tiny.inputs(bridged)
    inputs["video_scale"] = try Tensor(floats: [0.8], shape: [])
    let conditional = try bridged.sample(inputs, weights)
    var empty = inputs.filter { !["video", "video_scale"].contains($0.key) }
    empty["encoder_hidden_states"] = try inputs.at("encoder_hidden_states").zeroed()
    let unconditional = try model.graph.sample(empty, weights)

    let guided = try Pass.guideBatch().run(bridged)
    #expect(guided.problems() == [])
    #expect(try Pass.guideBatch().run(guided) == guided)
    for shared in ["hidden_states", "timestep", "global_hidden_states"] as [Name] {
      inputs[shared] = try inputs.at(shared).twice()
    }
    let rows = try guided.sample(inputs, weights)
    #expect(rows.count == 2 * conditional.count)
    #expect(distance(rows.prefix(conditional.count), conditional) < 1e-5)
    #expect(distance(rows.suffix(conditional.count), unconditional) < 1e-5)
    #expect(distance(conditional, unconditional) > 1e-3)
  }

  /// With a text in both rows the bridge alone is left out of the second.
  @Test func aNegativePromptKeepsItsText() throws {
    let model = try Tiny.backbone()
    let bridged = try Pass.insertVideoAttention(Tiny.bridge()).run(model.graph)
    let weights = try Tiny.weights(model, bridged)
    var inputs = try Tiny.inputs(bridged)
    inputs["video_scale"] = try Tensor(floats: [1], shape: [])
    let conditional = try bridged.sample(inputs, weights)
    let plain = inputs.filter { !["video", "video_scale"].contains($0.key) }
    let negative = try model.graph.sample(plain, weights)
    let guided = try Pass.guideBatch(conditioning: ["video", "video_scale"]).run(bridged)
    for (name, tensor) in plain { inputs[name] = try tensor.twice() }
    let rows = try guided.sample(inputs, weights)
    #expect(distance(rows.prefix(conditional.count), conditional) < 1e-5)
    #expect(distance(rows.suffix(conditional.count), negative) < 1e-5)
  }

  /// Each brings the text into the stream in a way that the null row could not leave out.
  @Test(arguments: [
    (
      """
      %b = parameter path="b" frozen=true : f32[4]
      %v = linear(%text, %w, %b) : f32[B, M, 4]
      %a = attention(%x, %text, %v) heads=1 kv_heads=1 scale=0.5 : f32[B, N, 4]
      %y = add(%x, %a) : f32[B, N, 4]
      """, "%a is not zero by construction where the text is zero"
    ),
    (
      """
      %a = attention(%x, %text, %text) heads=1 kv_heads=1 scale=0.5 : f32[B, N, 4]
      %y = concat(%x, %a) axis=1 : f32[B, 2*N, 4]
      """, "%a brings the conditioned %text into the stream, and is no sum with an attention"
    ),
    (
      """
      %mean = mean(%text) axes=[1] keep=true : f32[B, 1, 4]
      %y = add(%x, %mean) : f32[B, N, 4]
      """, "%y brings the conditioned %mean into the stream, and is no sum with an attention"
    ),
    (
      """
      %h = layer_norm(%x) eps=1e-05 : f32[B, N, 4]
      %a = attention(%h, %text, %text) heads=1 kv_heads=1 scale=0.5 : f32[B, N, 4]
      %z = add(%x, %a) : f32[B, N, 4]
      %y = add(%z, %h) : f32[B, N, 4]
      """, "%y brings the conditioned %h into the stream, and is no sum with an attention"
    ),
    (
      """
      %one = constant values=[1.0] : f32[]
      %ones = broadcast(%one) dims=[B, 1, 4] : f32[B, 1, 4]
      %k = add(%text, %ones) : f32[B, M, 4]
      %a = attention(%x, %k, %text) heads=1 kv_heads=1 scale=0.5 : f32[B, N, 4]
      %y = add(%x, %a) : f32[B, N, 4]
      """, "%k would be f32[2, M, 4] for both rows of guidance, but it was f32[B, M, 4]"
    ),
    ("%y = silu(%text) : f32[B, M, 4]", "output y is conditioned, but has no part in the stream"),
  ])
  func otherWaysAreRefused(lines: String, message: String) throws {
    let text = """
      graph @g(%x: f32[B, N, 4], %text: f32[B, M, 4]) {
        %w = parameter path="w" frozen=true : f32[4, 4]
        \(lines)
        return %y
      }
      """
    let graph = try #require(try Graph.parse(text, ops: .all).first)
    let error = #expect(throws: Diagnostic.self) {
      try Pass.guideBatch(conditioning: ["text"], text: "text").run(graph)
    }
    #expect(error?.message.text == message)
  }

  @Test func aFixedBatchIsRefused() throws {
    let graph = try Tiny.backbone().graph.binding(["B": 1])
    let error = #expect(throws: Diagnostic.self) { try Pass.guideBatch().run(graph) }
    #expect(error?.message.text == "no input of @dit is over a batch B, so that there is no row to add")
  }
}

extension Tensor {
  fileprivate func zeroed() throws -> Tensor {
    try Tensor(reals: Array(repeating: 0, count: count), as: type)
  }
  /// Two copies along the first axis.
  func twice() throws -> Tensor {
    try Tensor(floats: floats() + floats(), shape: [2] + shape.dropFirst())
  }
}
