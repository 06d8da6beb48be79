import Tensors

extension StableAudioDiT {
  /// Where the layout keeps the weight called `name` in the graph's own words.
  func place(of name: String, _ shape: [Int]) -> WeightPlace {
    let parts = name.split(separator: ".").map(String.init)
    if parts.count > 2, parts[0] == "layers" {
      let (layer, rest) = (parts[1], parts.dropFirst(2).joined(separator: "."))
      return layout == .diffusers
        ? Self.diffusersBlock("transformer_blocks.\(layer)", rest)
        : Self.toolsBlock("transformer.layers.\(layer)", rest)
    }
    return layout == .diffusers ? Self.diffusersTop(name, shape) : Self.toolsTop(name, shape)
  }

  private static func diffusersTop(_ name: String, _ shape: [Int]) -> WeightPlace {
    switch name {
    case "input_mix": WeightPlace("preprocess_conv.weight", storedShape: shape + [1])
    case "output_mix": WeightPlace("postprocess_conv.weight", storedShape: shape + [1])
    case "project_in": WeightPlace("proj_in.weight")
    case "project_out": WeightPlace("proj_out.weight")
    case "time_frequencies": WeightPlace("time_proj.weight", storedShape: [shape[0]])
    default:
      mlp(
        name,
        [
          "context_projection": "cross_attention_proj", "global_projection": "global_proj",
          "time_embedding": "timestep_proj",
        ])
    }
  }

  private static func toolsTop(_ name: String, _ shape: [Int]) -> WeightPlace {
    switch name {
    case "input_mix": WeightPlace("preprocess_conv.weight", storedShape: shape + [1])
    case "output_mix": WeightPlace("postprocess_conv.weight", storedShape: shape + [1])
    case "project_in": WeightPlace("transformer.project_in.weight")
    case "project_out": WeightPlace("transformer.project_out.weight")
    case "time_frequencies": WeightPlace("timestep_features.weight")
    default:
      mlp(
        name,
        [
          "context_projection": "to_cond_embed", "global_projection": "to_global_embed",
          "time_embedding": "to_timestep_embed",
        ])
    }
  }

  /// `context_projection.0` and `time_embedding.2_bias` under the layout's word for the MLP.
  private static func mlp(_ name: String, _ words: [String: String]) -> WeightPlace {
    let parts = name.split(separator: ".").map(String.init)
    let index = parts[1].prefix(1)
    let kind = parts[1].hasSuffix("_bias") ? "bias" : "weight"
    return WeightPlace(Name("\(words[parts[0]] ?? parts[0]).\(index).\(kind)"))
  }

  private static func diffusersBlock(_ block: String, _ name: String) -> WeightPlace {
    let words = [
      "self_norm.scale": "norm1.weight", "self_norm.shift": "norm1.bias",
      "cross_norm.scale": "norm2.weight", "cross_norm.shift": "norm2.bias",
      "feed_norm.scale": "norm3.weight", "feed_norm.shift": "norm3.bias",
      "self_attention.q": "attn1.to_q.weight", "self_attention.k": "attn1.to_k.weight",
      "self_attention.v": "attn1.to_v.weight", "self_attention.out": "attn1.to_out.0.weight",
      "cross_attention.q": "attn2.to_q.weight", "cross_attention.k": "attn2.to_k.weight",
      "cross_attention.v": "attn2.to_v.weight", "cross_attention.out": "attn2.to_out.0.weight",
      "feed_forward.up": "ff.net.0.proj.weight", "feed_forward.up_bias": "ff.net.0.proj.bias",
      "feed_forward.down": "ff.net.2.weight", "feed_forward.down_bias": "ff.net.2.bias",
    ]
    return WeightPlace(Name("\(block).\(words[name] ?? name)"))
  }

  private static func toolsBlock(_ block: String, _ name: String) -> WeightPlace {
    let rows: [String: (path: String, index: Int, count: Int)] = [
      "self_attention.q": ("self_attn.to_qkv.weight", 0, 3),
      "self_attention.k": ("self_attn.to_qkv.weight", 1, 3),
      "self_attention.v": ("self_attn.to_qkv.weight", 2, 3),
      "cross_attention.k": ("cross_attn.to_kv.weight", 0, 2),
      "cross_attention.v": ("cross_attn.to_kv.weight", 1, 2),
    ]
    if let (path, index, count) = rows[name] {
      return WeightPlace(Name("\(block).\(path)"), rows: (index, count))
    }
    let words = [
      "self_norm.scale": "pre_norm.gamma", "self_norm.shift": "pre_norm.beta",
      "cross_norm.scale": "cross_attend_norm.gamma", "cross_norm.shift": "cross_attend_norm.beta",
      "feed_norm.scale": "ff_norm.gamma", "feed_norm.shift": "ff_norm.beta",
      "self_attention.out": "self_attn.to_out.weight", "cross_attention.q": "cross_attn.to_q.weight",
      "cross_attention.out": "cross_attn.to_out.weight",
      "self_attention.q_norm.scale": "self_attn.q_norm.weight",
      "self_attention.q_norm.shift": "self_attn.q_norm.bias",
      "self_attention.k_norm.scale": "self_attn.k_norm.weight",
      "self_attention.k_norm.shift": "self_attn.k_norm.bias",
      "cross_attention.q_norm.scale": "cross_attn.q_norm.weight",
      "cross_attention.q_norm.shift": "cross_attn.q_norm.bias",
      "cross_attention.k_norm.scale": "cross_attn.k_norm.weight",
      "cross_attention.k_norm.shift": "cross_attn.k_norm.bias",
      "feed_forward.up": "ff.ff.0.proj.weight", "feed_forward.up_bias": "ff.ff.0.proj.bias",
      "feed_forward.down": "ff.ff.2.weight", "feed_forward.down_bias": "ff.ff.2.bias",
    ]
    return WeightPlace(Name("\(block).\(words[name] ?? name)"))
  }
}
