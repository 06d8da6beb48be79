import Testing

/// The two ways into a graph meet: what an exporter of PyTorch makes of a model, and what its family builds from
/// the weights it was saved with.
@Suite struct RouteTests {
  private static let tiny = "\(Places.fixtures)/tiny"
  private static let onnx = "\(Places.fixtures)/onnx"

  static let routes: [[String]] = [
    ["t5/ts17.onnx", "\(tiny)/text_encoder"], ["t5/dyn18.onnx", "\(tiny)/text_encoder"],
    ["t5/dyn23.onnx", "\(tiny)/text_encoder"], ["t5_gated/ts20.onnx", "\(tiny)/text_encoder_v1_1"],
    ["t5_gated/dyn24.onnx", "\(tiny)/text_encoder_v1_1"], ["vjepa2/ts17.onnx", "\(tiny)/video_encoder"],
    ["vjepa2/dyn18.onnx", "\(tiny)/video_encoder"],
    ["vae_encoder/ts18.onnx", "\(tiny)/diffusers/vae", "--component-b", "encoder"],
    ["vae_decoder/dyn20.onnx", "\(tiny)/diffusers/vae", "--component-b", "decoder"],
    ["dit_gqa/ts17.onnx", "\(onnx)/dit_gqa/model"], ["dit_gqa/dyn18.onnx", "\(onnx)/dit_gqa/model"],
    ["dit_gqa/dyn23.onnx", "\(onnx)/dit_gqa/model"],
    ["dit_tools_narrow/dyn18.onnx", "\(onnx)/dit_tools_narrow/model"],
    ["dit_tools_narrow/dyn24.onnx", "\(onnx)/dit_tools_narrow/model"],
  ]

  @Test("an export is the model it was made from", arguments: routes)
  func meet(_ route: [String]) throws {
    let seen = try FoleyProcess(["diff", "\(Self.onnx)/\(route[0])"] + route.dropFirst())
    #expect(seen.status == 0, "\(seen)")
    #expect(seen.output.contains("graphs are equal") && seen.output.contains("weights are the same"))
  }

  /// Weights that lie otherwise in one of the two are put right before anything is run.
  @Test("an export computes what the model computes", arguments: [routes[1], routes[12]])
  func agree(_ route: [String]) throws {
    let seen = try FoleyProcess(
      ["diff", "\(Self.onnx)/\(route[0])"] + route.dropFirst() + ["--random", "-v"])
    #expect(seen.status == 0, "\(seen)")
    #expect(seen.output.contains("results agree") && seen.output.contains("transpose("))
  }

  @Test("an export of another model is another")
  func part() throws {
    let seen = try foley("diff", "\(Self.onnx)/t5/ts17.onnx", "\(Self.tiny)/text_encoder_v1_1")
    #expect(seen.status == 1 && seen.output.contains("graphs differ"))
  }
}
