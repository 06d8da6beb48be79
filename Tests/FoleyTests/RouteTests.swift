import TemporaryFolders
import Testing

/// The ways into a graph meet: what an exporter of PyTorch makes of a model, what `convert` does, and what its
/// family builds from the weights it was saved with.
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

  /// A model of each family and layout, with the component where its source holds several.
  static let models: [[String]] = [
    ["\(tiny)/text_encoder"], ["\(tiny)/text_encoder_v1_1"], ["\(tiny)/text_encoder_v1_1_f16"],
    ["\(tiny)/video_encoder"], ["\(tiny)/video_encoder_facebook"], ["\(tiny)/diffusers/vae", "encoder"],
    ["\(tiny)/diffusers/vae", "decoder"], ["\(tiny)/diffusers/transformer"], ["\(onnx)/dit_gqa/model"],
    ["\(tiny)/stable_audio", "backbone"], ["\(tiny)/stable_audio_small", "backbone"],
    ["\(onnx)/dit_tools_narrow/model"],
  ]

  @Test("what convert makes of a model is the model", arguments: models, ["17", "24"])
  func meetOurOwn(_ model: [String], _ opset: String) throws {
    let folder = try TemporaryFolder()
    let part = model.dropFirst()
    let written = try FoleyProcess(
      ["convert", model[0], "-o", folder("own.onnx"), "--opset", opset]
        + part.flatMap { ["--component", $0] })
    #expect(written.status == 0, "\(written)")
    let seen = try FoleyProcess(
      ["diff", folder("own.onnx"), model[0]] + part.flatMap { ["--component-b", $0] })
    #expect(seen.status == 0, "\(seen)")
    #expect(seen.output.contains("graphs are equal") && seen.output.contains("weights are the same"))
  }

  /// The graph stays the same; the weights are those of the model stored so.
  @Test("what convert makes of a model with narrow weights is the model with such", arguments: ["17", "24"])
  func meetNarrow(_ opset: String) throws {
    let folder = try TemporaryFolder()
    let wide = "\(Self.tiny)/text_encoder_v1_1"
    let written = try foley("convert", wide, "-o", folder("own.onnx"), "--opset", opset, "--dtype", "f16")
    #expect(written.status == 0, "\(written)")
    let rounded = try foley("diff", folder("own.onnx"), wide)
    #expect(rounded.status == 1 && rounded.output.contains("graphs are equal"), "\(rounded)")
    #expect(rounded.output.contains("weights differ: 12 rounded, retyped"), "\(rounded)")
    let same = try foley("diff", folder("own.onnx"), "\(wide)_f16")
    #expect(same.status == 0, "\(same)")
  }
}
