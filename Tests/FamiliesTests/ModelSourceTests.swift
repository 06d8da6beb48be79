import Families
import Graphs
import TemporaryFolders
import Tensors
import Testing

/// Whatever upstream lays out on disk is found, and what is not understood is said.
struct ModelSourceTests {
  @Test(arguments: [
    ("tiny/video_encoder", ["video_encoder"]), ("tiny/text_encoder_v1_1_sharded", ["text_encoder"]),
    ("tiny/text_encoder_v1_1_sharded/model.safetensors.index.json", ["text_encoder"]),
    ("tiny/stable_audio", ["backbone", "conditioners", "encoder", "decoder"]),
    ("tiny/stable_audio/model_config.json", ["backbone", "conditioners", "encoder", "decoder"]),
    (
      "tiny/stable_audio_small/vae_parametrized.safetensors",
      ["backbone", "conditioners", "encoder", "decoder"]
    ),
    ("tiny/diffusers", ["backbone", "encoder", "decoder", "conditioners", "text_encoder"]),
    ("tiny/diffusers/vae", ["encoder", "decoder"]),
    ("references/autoencoder-stride5", ["encoder", "decoder"]),
    ("references/transformer-gqa2/model.safetensors", ["backbone"]),
  ])
  func componentsAreFound(_ path: String, components: [String]) throws {
    #expect(try ModelSource(path: Fixture.path(path)).components == components)
  }

  @Test func configurationIsGivenForWeights() throws {
    let model = try Fixture.model(
      "tiny/video_encoder_facebook/model.safetensors", config: "tiny/video_encoder/config.json")
    #expect(model.family == "vjepa2")
    #expect(model.layout == "facebook")
  }

  @Test func familyChoosesAmongParts() throws {
    let source = try ModelSource(path: Fixture.path("tiny/stable_audio"), family: "oobleck")
    #expect(source.components == ["encoder", "decoder"])
    #expect(source.configuration(of: "encoder")?.ecosystem == .stableAudioTools)
    #expect(source.configuration(of: "backbone") == nil)
  }

  @Test func blueprintNeedsNoWeights() throws {
    let folder = try TemporaryFolder()
    try folder.put(
      "config.json",
      #"{"model_type": "t5", "d_model": 8, "d_kv": 4, "num_heads": 2, "d_ff": 16, "num_layers": 1, "vocab_size": 9}"#
    )
    let source = try ModelSource(path: folder.path)
    #expect(try source.blueprint().graph.parameters.count == 11)
    let trouble = try #require(throws: Diagnostic.self) { try source.model() }
    #expect(trouble.message.text.contains("holds no .safetensors and no .h5 file"))
  }

  @Test func pipelineRefersToItsParts() throws {
    let folder = try TemporaryFolder()
    try folder.put(
      "pipeline.json",
      """
      {"parts": {
        "video_encoder": {"path": "\(Fixture.path("tiny/video_encoder"))"},
        "backbone": {"path": "\(Fixture.path("tiny/stable_audio"))"},
        "autoencoder": {"path": "inside/here.json"}, "tokenizer": {"path": "tokenizer"}
      }}
      """)
    let missing = try #require(throws: Diagnostic.self) { try ModelSource(path: folder.path) }
    #expect(missing.message == "there is no \(folder.path)/inside/here.json")

    try folder.put(
      "pipeline.json",
      """
      {"parts": {
        "video_encoder": {"path": "\(Fixture.path("tiny/video_encoder"))"},
        "backbone": {"path": "\(Fixture.path("tiny/stable_audio"))"}, "autoencoder": {"path": "vae.json"}
      }}
      """)
    try folder.put("vae.json", String(decoding: Self.autoencoder.utf8, as: UTF8.self))
    let source = try ModelSource(path: folder.path)
    #expect(source.components == ["video_encoder", "backbone", "encoder", "decoder"])
    #expect(try source.model("backbone").layout == "stable-audio-tools")
    #expect(try source.part("decoder").weights == folder.path)
  }

  private static let autoencoder = """
    {"_class_name": "AutoencoderOobleck", "encoder_hidden_size": 4, "decoder_channels": 4,
     "decoder_input_channels": 2, "channel_multiples": [1], "downsampling_ratios": [2]}
    """

  @Test func partOfAnotherKindIsRefused() throws {
    let folder = try TemporaryFolder()
    let path = Fixture.path("tiny/text_encoder")
    try folder.put("pipeline.json", #"{"parts": {"backbone": {"path": "\#(path)"}}}"#)
    let trouble = try #require(throws: Diagnostic.self) { try ModelSource(path: folder.path) }
    #expect(trouble.message == "part backbone is text_encoder, expected backbone")
    #expect(trouble.site == path)
    #expect(trouble.help == "name the source of the backbone in pipeline.json")

    try folder.put("pipeline.json", "{}")
    let empty = try #require(throws: Diagnostic.self) { try ModelSource(path: folder.path) }
    #expect(
      empty.message == """
        \(folder.path) is a pipeline of no parts: expected some of video_encoder, text_encoder, backbone, \
        conditioners, autoencoder
        """)
  }

  @Test func componentMustBeChosen() throws {
    let source = try ModelSource(path: Fixture.path("tiny/diffusers/vae"))
    let several = try #require(throws: Diagnostic.self) { try source.model() }
    #expect(several.message == "\(source.path) holds several components")
    #expect(several.help == "choose one with --component: encoder, decoder")
    let none = try #require(throws: Diagnostic.self) { try source.blueprint("vae") }
    #expect(none.message == "\(source.path) has no component vae")
    #expect(none.help == "it has encoder, decoder")
  }

  @Test func unknownFamily() throws {
    let path = Fixture.path("tiny/video_encoder")
    let unknown = try #require(throws: Diagnostic.self) { try ModelSource(path: path, family: "vae") }
    #expect(unknown.message == "there is no family vae")
    #expect(
      unknown.help == "families are stable-audio-dit, stable-audio-conditioners, oobleck, t5-encoder, vjepa2")
    let other = try #require(throws: Diagnostic.self) { try ModelSource(path: path, family: "oobleck") }
    #expect(other.message == "\(path) holds no oobleck")
    #expect(other.help == "it holds vjepa2")
  }

  @Test func nothingThere() throws {
    let folder = try TemporaryFolder()
    let missing = try #require(throws: Diagnostic.self) { try ModelSource(path: folder("x")) }
    #expect(missing.message == "there is no \(folder.path)/x")
    #expect(missing.kind == .noInput)
    let bare = try #require(throws: Diagnostic.self) { try ModelSource(path: folder.path) }
    #expect(
      bare.message == """
        \(folder.path) has no configuration: expected config.json, model_config.json, model_index.json or \
        pipeline.json
        """)
    let weights = try folder.put("w.safetensors", "")
    let alone = try #require(throws: Diagnostic.self) { try ModelSource(path: weights) }
    #expect(alone.message.text.hasPrefix("\(weights) has no configuration: "))
  }

  @Test(arguments: [
    (#"{"model_type": "bert"}"#, "describes a bert, which is of no known family"),
    (#"{"_class_name": "UNet2DModel"}"#, "describes a UNet2DModel, which is of no known family"),
    ("{}", "describes a model of no name, which is of no known family"),
  ])
  func unknownModel(_ text: String, words: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.put("config.json", text)
    let trouble = try #require(throws: Diagnostic.self) { try ModelSource(path: folder.path) }
    #expect(trouble.message.text == "\(path) \(words)")
    #expect(
      trouble.help?.hasPrefix("known are diffusion transformer of Stable Audio Open 1.0 and small; ") == true)
  }
}
