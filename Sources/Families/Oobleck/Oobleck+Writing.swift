import Tensors

extension Layout {
  /// The autoencoder in the layouts of `Oobleck.Layout`, with kernels as upstream's classes have them:
  /// direction and norm, or whole where they are stored so.
  static let oobleck: [Layout] = [
    .diffusers("vae") { (source, whole) throws(Diagnostic) in
      let model = try Oobleck.read(source, whole.keys).laid(out: .diffusers)
      let config = model.diffusersConfiguration
      return try model.laidOut(config, try Oobleck(Configuration(JSON.Cursor(config, file: "config.json"))))
    },
    .stableAudioTools { (source, whole) throws(Diagnostic) in
      let model = try Oobleck.read(source, whole.keys).laid(out: .stableAudioTools)
      let config = whole.isAlone ? model.toolsConfiguration : model.toolsPretransform
      let read = try Oobleck(
        Configuration(stableAudioTools: JSON.Cursor(config, file: "model_config.json")))
      var result = try model.laidOut(config, read)
      if !whole.isAlone { result.prefix = "pretransform.model." }
      return result
    },
  ]
}

extension Oobleck {
  fileprivate static func read(_ configuration: Configuration, _ keys: Set<Name>) throws(Diagnostic)
    -> Oobleck
  {
    guard let model = try Oobleck(configuration) else { throw .notThis(configuration.json) }
    return model.spelled(as: keys)
  }

  fileprivate func laid(out layout: Layout) -> Oobleck {
    var model = self
    model.layout = layout
    if spelling == .parametrized { model.spelling = .classic }
    return model
  }

  /// `read` is what is read back of `config`.
  fileprivate func laidOut(_ config: JSON, _ read: Oobleck?) throws(Diagnostic) -> LaidOut {
    guard var read else { throw .cannotSay(self) }
    read.spelling = spelling
    guard read == self else { throw .cannotSay(self) }
    var result = LaidOut(
      blueprints: [("encoder", try encoder()), ("decoder", try decoder())], configuration: config)
    if spelling == .folded {
      result.notes = ["the kernels are stored whole, where upstream's classes expect weight_g and weight_v"]
    }
    return result
  }

  /// `config.json` of diffusers' `AutoencoderOobleck`.
  fileprivate var diffusersConfiguration: JSON {
    [
      "_class_name": "AutoencoderOobleck", "audio_channels": JSON(audioChannels),
      "channel_multiples": JSON(multiples.map { JSON($0) }), "decoder_channels": JSON(decoderChannels),
      "decoder_input_channels": JSON(latentChannels), "downsampling_ratios": JSON(strides.map { JSON($0) }),
      "encoder_hidden_size": JSON(encoderChannels), "sampling_rate": JSON(sampleRate),
    ]
  }

  /// `model_config.json` of an autoencoder of its own.
  fileprivate var toolsConfiguration: JSON {
    [
      "model_type": "autoencoder", "sample_size": JSON(65536 / ratio * ratio),
      "sample_rate": JSON(sampleRate),
      "audio_channels": JSON(audioChannels), "model": toolsModel,
    ]
  }

  /// What `model_config.json` of a diffusion model says of its autoencoder.
  fileprivate var toolsPretransform: JSON {
    [
      "sample_rate": JSON(sampleRate), "audio_channels": JSON(audioChannels),
      "model": ["pretransform": ["type": "autoencoder", "iterate_batch": true, "config": toolsModel]],
    ]
  }

  private var toolsModel: JSON {
    let multiples = JSON(multiples.map { JSON($0) })
    let strides = JSON(strides.map { JSON($0) })
    return [
      "encoder": [
        "type": "oobleck",
        "config": [
          "in_channels": JSON(audioChannels), "channels": JSON(encoderChannels), "c_mults": multiples,
          "strides": strides, "latent_dim": JSON(2 * latentChannels), "use_snake": true,
        ],
      ],
      "decoder": [
        "type": "oobleck",
        "config": [
          "out_channels": JSON(audioChannels), "channels": JSON(decoderChannels), "c_mults": multiples,
          "strides": strides, "latent_dim": JSON(latentChannels), "use_snake": true,
          "final_tanh": JSON(finalTanh),
        ],
      ],
      "bottleneck": ["type": "vae"], "latent_dim": JSON(latentChannels), "downsampling_ratio": JSON(ratio),
      "io_channels": JSON(audioChannels),
    ]
  }
}

extension Diagnostic {
  fileprivate static func notThis(_ json: JSON.Cursor) -> Diagnostic {
    Diagnostic("the configuration is of no Oobleck autoencoder", at: json.site, kind: .software)
  }
  fileprivate static func cannotSay(_ model: Oobleck) -> Diagnostic {
    let reason =
      model.finalTanh
      ? "it has no tanh behind the decoder"
      : "its encoder is \(model.encoderChannels) wide for \(model.latentChannels) latent channels"
    return Diagnostic(
      "the \(model.layout.rawValue) layout cannot say this autoencoder: \(reason)",
      help: "keep the layout it has")
  }
}
