package import Tensors

extension StableAudioDiT {
  /// The sizes that `configuration` gives, or `nil` iff it is of another model.
  ///
  /// Throws iff a size is missing or makes no sense, or an option is on that no published size uses.
  package init?(_ configuration: Configuration) throws(Diagnostic) {
    switch configuration.ecosystem {
    case .transformers: return nil
    case .diffusers:
      guard try configuration.className() == "StableAudioDiTModel" else { return nil }
      try self.init(diffusers: configuration.json)
    case .stableAudioTools:
      guard try configuration.json.find(["model", "diffusion"]) != nil else { return nil }
      try self.init(tools: configuration.json)
    }
  }

  /// No width, count or depth beyond these makes a model.
  private static let (sizes, depths) = (1...65536, 1...4096)

  private init(diffusers json: JSON.Cursor) throws(Diagnostic) {
    let (sizes, depths) = (Self.sizes, Self.depths)
    headDim = try json.integer("attention_head_dim", in: sizes, default: 64)
    heads = try json.integer("num_attention_heads", in: sizes, default: 24)
    width = heads * headDim
    depth = try json.integer("num_layers", in: depths, default: 24)
    channels = try json.integer("in_channels", in: sizes, default: 64)
    let outChannels = try json.integer("out_channels", in: sizes, default: 64)
    guard outChannels == channels else {
      throw .unsupported("out_channels", "\(outChannels)", "\(channels)", json)
    }
    crossHeads = try json.integer("num_key_value_attention_heads", in: sizes, default: 12)
    contextDim = try json.integer("cross_attention_dim", in: sizes, default: 768)
    textDim = try json.integer("cross_attention_input_dim", in: sizes, default: 768)
    globalDim = try json.integer("global_states_input_dim", in: sizes, default: 1536)
    timeDim = try json.integer("time_proj_dim", in: sizes, default: 256)
    ropeDims = headDim / 2
    qkNorm = false
    layout = .diffusers
    try check(json)
  }

  private init(tools json: JSON.Cursor) throws(Diagnostic) {
    let (sizes, depths) = (Self.sizes, Self.depths)
    let kind = try json.string("model", "diffusion", "type")
    let dit = try json.object("model", "diffusion", "config")
    guard kind == "dit" else { throw .unsupported("type", kind, "dit", dit) }
    try Self.expectPublished(dit)
    width = try dit.integer("embed_dim", in: sizes)
    depth = try dit.integer("depth", in: depths)
    heads = try dit.integer("num_heads", in: sizes)
    channels = try dit.integer("io_channels", in: sizes)
    textDim = try dit.integer("cond_token_dim", in: sizes)
    globalDim = try dit.integer("global_cond_dim", in: sizes)
    contextDim = try dit.bool("project_cond_tokens", default: true) ? width : textDim
    guard width % heads == 0 else { throw .uneven(width, heads, dit) }
    headDim = width / heads
    guard contextDim % headDim == 0 else { throw .uneven(contextDim, headDim, dit) }
    crossHeads = contextDim / headDim
    ropeDims = max(headDim / 2, 32)
    let norm = try dit.stringIfPresent("attn_kwargs", "qk_norm") ?? "none"
    guard ["none", "ln"].contains(norm) else { throw .unsupported("qk_norm", norm, "none or ln", dit) }
    qkNorm = norm == "ln"
    layout = .stableAudioTools
    try check(json)
  }

  /// Throws iff an option of stable-audio-tools is on that none of the published Stable Audio Open models has.
  private static func expectPublished(_ dit: JSON.Cursor) throws(Diagnostic) {
    try dit.expectOnly(
      [
        "embed_dim", "depth", "num_heads", "io_channels", "cond_token_dim", "global_cond_dim",
        "project_cond_tokens", "attn_kwargs", "ff_kwargs", "diffusion_objective", "zero_init_branch_outputs",
        "timestep_embed_dim", "abs_pos_emb_max_length",
      ],
      or: [
        "transformer_type": "continuous_transformer", "global_cond_type": "prepend",
        "timestep_cond_type": "global", "project_global_cond": true,
        "patch_size": 1, "input_concat_dim": 0, "prepend_cond_dim": 0, "num_memory_tokens": 0,
        "causal": false, "rotary_pos_emb": true, "conformer": false,
        "use_sinusoidal_emb": false, "use_abs_pos_emb": false,
        "final_cross_attn_ix": -1, "remove_norms": false,
        "add_rope": false, "layer_scale": false, "norm_kwargs": [:],
      ])
    if let attention = try dit.objectIfPresent("attn_kwargs") {
      try attention.expectOnly(
        ["qk_norm"], or: ["causal": false, "differential": false, "feat_scale": false])
    }
    if let feed = try dit.objectIfPresent("ff_kwargs") {
      try feed.expectOnly([], or: ["mult": 4, "no_bias": false, "glu": true, "use_conv": false])
    }
  }

  private func check(_ json: JSON.Cursor) throws(Diagnostic) {
    guard heads % crossHeads == 0 else { throw .uneven(heads, crossHeads, json) }
    guard ropeDims <= headDim, ropeDims % 2 == 0 else { throw .rope(ropeDims, headDim, json) }
    guard timeDim % 2 == 0 else { throw .uneven(timeDim, 2, json) }
  }
}

extension Diagnostic {
  fileprivate static func unsupported(_ key: String, _ value: String, _ known: String, _ json: JSON.Cursor)
    -> Diagnostic
  {
    Diagnostic(
      "\(key) is \(value), but only \(known) is known here", at: json.site,
      help: "the published Stable Audio Open 1.0 and small are supported")
  }
  fileprivate static func uneven(_ a: Int, _ b: Int, _ json: JSON.Cursor) -> Diagnostic {
    Diagnostic("\(a) is not a multiple of \(b), as heads must divide their width", at: json.site)
  }
  fileprivate static func rope(_ dims: Int, _ headDim: Int, _ json: JSON.Cursor) -> Diagnostic {
    Diagnostic("\(dims) rotating dims do not fit a head dim of \(headDim)", at: json.site)
  }
}
