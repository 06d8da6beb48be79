package import Tensors

extension Oobleck {
  /// The sizes that `configuration` gives, or `nil` iff it is of another model.
  ///
  /// Throws iff a size is missing or makes no sense, or an option is on that no published size uses.
  package init?(_ configuration: Configuration) throws(Diagnostic) {
    let json = configuration.json
    switch configuration.ecosystem {
    case .transformers: return nil
    case .diffusers:
      guard try configuration.className() == "AutoencoderOobleck" else { return nil }
      try self.init(diffusers: json)
    case .stableAudioTools:
      if let pretransform = try json.find(["model", "pretransform"]) {
        let type = try pretransform.string("type")
        guard type == "autoencoder" else { throw .unsupported("type", type, "autoencoder", pretransform) }
        let scale = try pretransform.real("scale", default: 1)
        guard scale == 1 else { throw .unsupported("scale", "\(scale)", "1", pretransform) }
        try self.init(tools: try pretransform.object("config"), sampleRate: try json.integer("sample_rate"))
      } else if try json.find(["model", "decoder"]) != nil {
        try self.init(tools: try json.object("model"), sampleRate: try json.integer("sample_rate"))
      } else {
        return nil
      }
    }
  }

  private static let sizes = 1...65536

  private init(diffusers json: JSON.Cursor) throws(Diagnostic) {
    audioChannels = try json.integer("audio_channels", in: 1...64, default: 2)
    latentChannels = try json.integer("decoder_input_channels", in: Self.sizes, default: 64)
    encoderChannels = try json.integer("encoder_hidden_size", in: Self.sizes, default: 128)
    decoderChannels = try json.integer("decoder_channels", in: Self.sizes, default: 128)
    multiples = try json.integers("channel_multiples", in: 1...4096)
    strides = try json.integers("downsampling_ratios", in: 1...4096)
    sampleRate = try json.integer("sampling_rate", in: 1...1_000_000, default: 44100)
    layout = .diffusers
    guard encoderChannels == 2 * latentChannels else {
      throw .unsupported("encoder_hidden_size", "\(encoderChannels)", "twice decoder_input_channels", json)
    }
    try check(json)
  }

  private init(tools json: JSON.Cursor, sampleRate: Int) throws(Diagnostic) {
    let (encoder, decoder) = (try json.object("encoder"), try json.object("decoder"))
    for part in [encoder, decoder] {
      let type = try part.string("type")
      guard type == "oobleck" else { throw .unsupported("type", type, "oobleck", part) }
      guard try part.bool("config", "use_snake", default: false) else {
        throw .unsupported("use_snake", "false", "true", part)
      }
      try part.expectOnly(["type", "config", "requires_grad"], or: ["soft_clip": false])
      try part.object("config").expectOnly(
        [
          "in_channels", "out_channels", "channels", "latent_dim", "c_mults", "strides", "use_snake",
          "final_tanh",
        ],
        or: ["antialias_activation": false, "use_nearest_upsample": false])
    }
    guard try json.find(["pretransform"]) == nil else {
      throw .unsupported("pretransform", "inside the autoencoder", "none", json)
    }
    audioChannels = try json.integer("io_channels", in: 1...64)
    latentChannels = try decoder.integer("config", "latent_dim", in: Self.sizes)
    encoderChannels = try encoder.integer("config", "channels", in: Self.sizes)
    decoderChannels = try decoder.integer("config", "channels", in: Self.sizes)
    multiples = try decoder.integers("config", "c_mults", in: 1...4096)
    strides = try decoder.integers("config", "strides", in: 1...4096)
    finalTanh = try decoder.bool("config", "final_tanh", default: true)
    self.sampleRate = sampleRate
    layout = .stableAudioTools
    let latentDim = try encoder.integer("config", "latent_dim", in: Self.sizes)
    let bottleneck = try json.string("bottleneck", "type")
    guard bottleneck == "vae", latentDim == 2 * latentChannels else {
      throw .unsupported(
        "bottleneck", "\(bottleneck) of \(latentDim) channels", "vae of \(2 * latentChannels)", json)
    }
    guard try encoder.integers("config", "strides") == strides,
      try encoder.integers("config", "c_mults") == multiples
    else {
      throw .unsupported("encoder", "another shape than the decoder", "the same strides and c_mults", json)
    }
    try check(json)
  }

  private func check(_ json: JSON.Cursor) throws(Diagnostic) {
    guard !strides.isEmpty, strides.count == multiples.count, strides.count <= 16 else {
      throw .unsupported("strides", "\(strides)", "one for each of the multiples \(multiples)", json)
    }
    guard TensorType.count(strides) != nil else {
      throw .unsupported("strides", "\(strides)", "a product that can be counted", json)
    }
  }
}

extension Diagnostic {
  fileprivate static func unsupported(_ key: String, _ value: String, _ known: String, _ json: JSON.Cursor)
    -> Diagnostic
  {
    Diagnostic("\(key) is \(value), but only \(known) is known here", at: json.site)
  }
}
