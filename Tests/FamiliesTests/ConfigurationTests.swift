import Families
import TemporaryFolders
import Tensors
import Testing

/// Configurations that ask for what no graph here computes are refused, and never half understood.
struct ConfigurationTests {
  /// The diagnostic of a fixture's configuration with the first `old` replaced by `new`.
  private func trouble(_ config: String, _ old: String, _ new: String) throws -> Diagnostic {
    let file = try MappedFile(path: Fixture.path(config))
    let text = file.withBytes(in: 0..<file.count) { String(decoding: $0, as: UTF8.self) }
    let folder = try TemporaryFolder()
    let changed = text.replacing(old, with: new, maxReplacements: 1)
    #expect(changed != text)
    let path = try folder.put("config.json", changed)
    return try #require(throws: Diagnostic.self) {
      let source = try ModelSource(path: path)
      for component in source.components { _ = try source.blueprint(component) }
    }
  }

  @Test(arguments: [
    (
      #""project_cond_tokens": false"#, #""layer_scale": true"#,
      "option \"layer_scale\" is true, but only false is known here"
    ),
    (
      #""project_cond_tokens": false"#, #""global_cond_type": "adaLN""#,
      "option \"global_cond_type\" is the string \"adaLN\", but only \"prepend\" is known here"
    ),
    (
      #""project_cond_tokens": false"#, #""norm_type": "rms_norm""#,
      "option \"norm_type\" is the string \"rms_norm\", but no such option is known here"
    ),
    (
      #""project_cond_tokens": false"#, #""attn_kwargs": {"differential": true}"#,
      "option \"differential\" is true, but only false is known here"
    ),
    (
      #""project_cond_tokens": false"#, #""attn_kwargs": {"qk_norm": "l2"}"#,
      "qk_norm is l2, but only none or ln is known here"
    ),
    (
      #""project_cond_tokens": false"#, #""ff_kwargs": {"mult": 3}"#,
      "option \"mult\" is the integer 3, but only 4 is known here"
    ),
    (#""num_heads": 1"#, #""num_heads": 3"#, "64 is not a multiple of 3, as heads must divide their width"),
    (#""type": "dit""#, #""type": "adp_1d""#, "type is adp_1d, but only dit is known here"),
    (
      #""depth": 2"#, #""depth": 0"#,
      "model.diffusion.config.depth is the integer 0; expected an integer from 1 to 4096"
    ),
    (
      #""type": "number""#, #""type": "clap_text""#,
      "conditioner seconds_start is of type clap_text, but only t5 and number are known here"
    ),
    (#""max_val": 512"#, #""max_val": 0"#, "conditioner seconds_start ranges from 0.0 to 0.0"),
    (#""use_snake": true"#, #""use_snake": false"#, "use_snake is false, but only true is known here"),
    (
      #""use_snake": true"#, #""use_snake": true, "antialias_activation": true"#,
      "option \"antialias_activation\" is true, but only false is known here"
    ),
    (
      #""type": "vae""#, #""type": "fsq""#, "bottleneck is fsq of 8 channels, but only vae of 8 is known here"
    ),
    (#""iterate_batch": true"#, #""scale": 2"#, "scale is 2.0, but only 1 is known here"),
  ])
  func stableAudio(_ old: String, _ new: String, words: String) throws {
    #expect(try trouble("tiny/stable_audio/model_config.json", old, new).message.text == words)
  }

  /// What changes nothing may be said.
  @Test func neutralOptionsAreTaken() throws {
    let file = try MappedFile(path: Fixture.path("tiny/stable_audio/model_config.json"))
    let text = file.withBytes(in: 0..<file.count) { String(decoding: $0, as: UTF8.self) }
    let folder = try TemporaryFolder()
    let path = try folder.put(
      "config.json",
      text.replacing(
        #""project_cond_tokens": false"#,
        with:
          #""project_cond_tokens": false, "patch_size": 1, "ff_kwargs": {"mult": 4.0}, "norm_kwargs": {}, "sliding_window": null"#
      ))
    let plain = try ModelSource(path: Fixture.path("tiny/stable_audio")).blueprint("backbone").graph
    #expect(try ModelSource(path: path).blueprint("backbone").graph == plain)
  }

  @Test(arguments: [
    (
      #""hidden_act": "gelu""#, #""hidden_act": "relu""#,
      "hidden_act is the string \"relu\"; expected one of \"gelu\", \"gelu_pytorch_tanh\", \"gelu_new\""
    ),
    (
      #""num_attention_heads": 4"#, #""num_attention_heads": 5"#,
      "num_attention_heads is 5, but only a divisor of 48 with 6 dims a head or more is known here"
    ),
    (
      #""crop_size": 32"#, #""crop_size": 30"#,
      "crop_size is 30, but only a multiple of the patch, 8 is known here"
    ),
    (#""mlp_ratio": 4"#, #""mlp_ratio": -1"#, "mlp_ratio is -1.0, but only 0 to 1024 is known here"),
    (#""hidden_size": 48"#, #""width": 48"#, "hidden_size is missing; expected an integer from 1 to 65536"),
  ])
  func video(_ old: String, _ new: String, words: String) throws {
    #expect(try trouble("tiny/video_encoder/config.json", old, new).message.text == words)
  }

  @Test(arguments: [
    (
      #""interpolate_rope": true"#, #""interpolate_rope": false"#,
      """
      of the options of V-JEPA 2.1 only use_rope_interleave, use_modality_embeddings is on, expected all or \
      none of use_rope_interleave, interpolate_rope, use_modality_embeddings
      """
    ),
    (#""patch_size": 16"#, #""patch_size": 8"#, "patch_size is 8, but only 14 or 16 is known here"),
  ])
  func videoOfVersionTwoOne(_ old: String, _ new: String, words: String) throws {
    #expect(try trouble("references/video_encoder-2.1/config.json", old, new).message.text == words)
  }

  @Test func text() throws {
    let trouble = try trouble(
      "tiny/text_encoder/config.json", #""feed_forward_proj": "relu""#, #""feed_forward_proj": "swish""#)
    #expect(
      trouble.message
        == "feed_forward_proj is the string \"swish\"; expected one of \"relu\", \"gated-gelu\", \"gated-silu\""
    )
  }

  @Test(arguments: [
    (
      "tiny/diffusers/transformer/config.json", #""out_channels": 4"#, #""out_channels": 5"#,
      "out_channels is 5, but only 4 is known here"
    ),
    (
      "tiny/diffusers/vae/config.json", #""encoder_hidden_size": 8"#, #""encoder_hidden_size": 9"#,
      "encoder_hidden_size is 9, but only twice decoder_input_channels is known here"
    ),
    (
      "tiny/diffusers/projection_model/config.json", #""max_value": 512"#, #""max_value": 0"#,
      "conditioner seconds_start ranges from 0.0 to 0.0"
    ),
  ])
  func diffusers(_ config: String, _ old: String, _ new: String, words: String) throws {
    #expect(try trouble(config, old, new).message.text == words)
  }
}
