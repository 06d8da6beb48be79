import Tensors
import Testing

/// A model of the fixtures and what upstream computed with it.
struct UpstreamCase: Sendable, CustomTestStringConvertible {
  let source: String
  var config: String?
  let component: String
  let reference: String
  let inputs: [Name]
  /// The graph's outputs and what they are called in the reference.
  let outputs: [Name: Name]
  /// The part of the largest value that an error may be.
  var tolerance = 2e-5

  var testDescription: String { "\(source) \(component)" }

  static let all = videos + texts + transformers + autoencoders

  private static let videos = [
    video("tiny/video_encoder", "references/video_encoder.safetensors"),
    video("tiny/video_encoder_facebook", "references/video_encoder.safetensors"),
    video("references/video_encoder-head20"), video("references/video_encoder-head26"),
    video("references/video_encoder-tubelet3"), video("references/video_encoder-2.1"),
  ]

  private static let texts = [
    text("tiny/text_encoder", "references/text_encoder.safetensors"),
    text("tiny/text_encoder_v1_1", "references/text_encoder_v1_1.safetensors"),
    text("tiny/text_encoder_v1_1_sharded", "references/text_encoder_v1_1.safetensors"),
    text("tiny/text_encoder_v1_1_f16", "references/text_encoder_v1_1.safetensors", 2e-3),
    text("tiny/text_encoder_v1_1_bf16", "references/text_encoder_v1_1.safetensors", 2e-2),
    text("tiny/diffusers", "references/text_encoder.safetensors"),
    text("tiny/text_encoder_tf", "references/text_encoder.safetensors"),
    text("tiny/text_encoder_v1_1_tf_sharded", "references/text_encoder_v1_1.safetensors"),
    text("references/text_encoder-long"), text("references/text_encoder-buckets"),
  ]

  private static let transformers = [
    transformer("tiny/stable_audio", "references/transformer.safetensors"),
    transformer("tiny/diffusers", "references/transformer.safetensors"),
    transformer("tiny/diffusers/transformer", "references/transformer.safetensors"),
    transformer("tiny/stable_audio_small", "references/transformer_small.safetensors"),
    transformer("references/transformer-gqa2"), transformer("references/transformer-gqa3"),
    transformer("references/transformer-qknorm"),
  ]

  private static let autoencoders = [
    ("tiny/stable_audio", nil, "references/autoencoder.safetensors"),
    ("tiny/diffusers", nil, "references/autoencoder.safetensors"),
    ("tiny/diffusers/vae", nil, "references/autoencoder.safetensors"),
    ("tiny/stable_audio_small", nil, "references/autoencoder_small.safetensors"),
    (
      "tiny/stable_audio_small/vae_parametrized.safetensors",
      "tiny/stable_audio_small/model_config.json",
      "references/autoencoder_small.safetensors"
    ),
    (
      "references/autoencoder-stride3-2", nil,
      "references/autoencoder-stride3-2/reference.safetensors"
    ),
    ("references/autoencoder-stride5", nil, "references/autoencoder-stride5/reference.safetensors"),
  ].flatMap { (source, config, reference) in
    [
      UpstreamCase(
        source: source, config: config, component: "encoder", reference: reference,
        inputs: ["audio"],
        outputs: ["mean": "mean", "std": "std"]),
      UpstreamCase(
        source: source, config: config, component: "decoder", reference: reference,
        inputs: ["latents"],
        outputs: ["decoded": "decoded"]),
    ]
  }

  private static func video(_ source: String, _ reference: String? = nil) -> UpstreamCase {
    UpstreamCase(
      source: source, component: "video_encoder",
      reference: reference ?? "\(source)/reference.safetensors",
      inputs: ["pixel_values_videos"], outputs: ["last_hidden_state": "last_hidden_state"])
  }

  private static func text(_ source: String, _ reference: String? = nil, _ tolerance: Double = 2e-5)
    -> UpstreamCase
  {
    UpstreamCase(
      source: source, component: "text_encoder",
      reference: reference ?? "\(source)/reference.safetensors",
      inputs: ["input_ids", "attention_mask"], outputs: ["last_hidden_state": "last_hidden_state"],
      tolerance: tolerance)
  }

  private static func transformer(_ source: String, _ reference: String? = nil) -> UpstreamCase {
    UpstreamCase(
      source: source, component: "backbone",
      reference: reference ?? "\(source)/reference.safetensors",
      inputs: ["hidden_states", "timestep", "encoder_hidden_states", "global_hidden_states"],
      outputs: ["sample": "sample"])
  }
}
