import Glibc
import Tensors

extension Layout {
  /// The transformer in the layouts of `StableAudioDiT.Layout`.
  static let stableAudioDiT: [Layout] = [
    .diffusers("transformer") { (source, _) throws(Diagnostic) in
      let model = try StableAudioDiT.read(source).laid(out: .diffusers)
      let config = model.diffusersConfiguration(sampleSize: try source.latentLength() ?? 1024)
      guard try StableAudioDiT(Configuration(JSON.Cursor(config, file: "config.json"))) == model else {
        throw .cannotSay(model, "diffusers", source.json)
      }
      var result = LaidOut(blueprints: [("backbone", try model.blueprint())], configuration: config)
      result.notes = try source.objectiveNotes()
      return result
    },
    .stableAudioTools { (source, whole) throws(Diagnostic) in
      let model = try StableAudioDiT.read(source).laid(out: .stableAudioTools)
      let config = try model.toolsConfiguration(source, whole)
      guard try StableAudioDiT(Configuration(JSON.Cursor(config, file: "model_config.json"))) == model else {
        throw .cannotSay(model, "stable-audio-tools", source.json)
      }
      return LaidOut(
        blueprints: [("backbone", try model.blueprint())], prefix: "model.model.", configuration: config,
        buffers: [("transformer.rotary_pos_emb.inv_freq", try model.rotaryFrequencies())])
    },
  ]
}

extension StableAudioDiT {
  fileprivate static func read(_ configuration: Configuration) throws(Diagnostic) -> StableAudioDiT {
    guard let model = try StableAudioDiT(configuration) else {
      throw .notThis("Stable Audio transformer", configuration.json)
    }
    return model
  }

  fileprivate func laid(out layout: Layout) -> StableAudioDiT {
    var model = self
    model.layout = layout
    return model
  }

  /// `config.json` of diffusers' `StableAudioDiTModel`.
  fileprivate func diffusersConfiguration(sampleSize: Int) -> JSON {
    [
      "_class_name": "StableAudioDiTModel", "attention_head_dim": JSON(headDim),
      "cross_attention_dim": JSON(contextDim), "cross_attention_input_dim": JSON(textDim),
      "global_states_input_dim": JSON(globalDim), "in_channels": JSON(channels),
      "num_attention_heads": JSON(heads), "num_key_value_attention_heads": JSON(crossHeads),
      "num_layers": JSON(depth), "out_channels": JSON(channels), "sample_size": JSON(sampleSize),
      "time_proj_dim": JSON(timeDim),
    ]
  }

  /// What `model_config.json` of stable-audio-tools says of the transformer, and of the system around it.
  fileprivate func toolsConfiguration(_ source: Configuration, _ whole: Families.Layout.Whole)
    throws(Diagnostic) -> JSON
  {
    var dit: JSON.Object = [
      "io_channels": JSON(channels), "embed_dim": JSON(width), "depth": JSON(depth),
      "num_heads": JSON(heads), "cond_token_dim": JSON(textDim), "global_cond_dim": JSON(globalDim),
      "project_cond_tokens": JSON(contextDim != textDim), "transformer_type": "continuous_transformer",
    ]
    if qkNorm { dit["attn_kwargs"] = ["qk_norm": "ln"] }
    var numbers: [JSON] = ["seconds_start", "seconds_total"]
    var system: JSON.Object = ["model_type": "diffusion_cond"]
    for configuration in whole.configurations {
      if let conditioners = try StableAudioConditioners(configuration) {
        numbers = conditioners.numbers.map { JSON($0.id) }
      }
      if let coder = try Oobleck(configuration), let length = try source.latentLength() {
        let (samples, overflow) = length.multipliedReportingOverflow(by: coder.ratio)
        if !overflow { system["sample_size"] = JSON(samples) }
      }
    }
    // stable-audio-tools has no model of the transformer alone, only one without conditioners.
    if whole.isAlone { system["sample_rate"] = 44100 }
    var model: JSON.Object = [
      "diffusion": [
        "cross_attention_cond_ids": JSON(["prompt"] + numbers), "global_cond_ids": JSON(numbers),
        "type": "dit", "config": .object(dit),
      ],
      "io_channels": JSON(channels),
    ]
    if whole.isAlone { model["conditioning"] = ["configs": [], "cond_dim": JSON(textDim)] }
    system["model"] = .object(model)
    return .object(system)
  }

  /// The frequencies of the rotary embedding, which stable-audio-tools stores: `1 / 10000^(2i/dims)`.
  fileprivate func rotaryFrequencies() throws(Diagnostic) -> Tensor {
    let frequencies = (0..<ropeDims / 2).map { pair in
      1 / Float(pow(10000, Double(Float(2 * pair) / Float(ropeDims))))
    }
    return try Tensor(floats: frequencies, shape: [ropeDims / 2])
  }
}

extension Configuration {
  /// What of the objective diffusers keeps elsewhere.
  fileprivate func objectiveNotes() throws(Diagnostic) -> [String] {
    guard ecosystem == .stableAudioTools,
      let objective = try json.stringIfPresent("model", "diffusion", "diffusion_objective"), objective != "v"
    else { return [] }
    return ["the objective is \(objective), which diffusers says in the scheduler's configuration"]
  }

  /// Latent frames of the longest sound, where the configuration says it.
  fileprivate func latentLength() throws(Diagnostic) -> Int? {
    switch ecosystem {
    case .transformers: return nil
    case .diffusers: return try json.realIfPresent("sample_size").flatMap { Int(exactly: $0) }
    case .stableAudioTools:
      guard let ratio = try json.integerIfPresent("model", "pretransform", "config", "downsampling_ratio"),
        ratio > 0
      else { return nil }
      return try json.integerIfPresent("sample_size").map { $0 / ratio }
    }
  }
}

extension Diagnostic {
  fileprivate static func notThis(_ model: String, _ json: JSON.Cursor) -> Diagnostic {
    Diagnostic("the configuration is of no \(model)", at: json.site, kind: .software)
  }
  fileprivate static func cannotSay(_ model: StableAudioDiT, _ layout: String, _ json: JSON.Cursor)
    -> Diagnostic
  {
    let reason =
      model.qkNorm
      ? "it has no norms of queries and keys"
      : "heads of \(model.headDim) would rotate other dims than \(model.ropeDims), or their numbers differ"
    return Diagnostic(
      "the \(layout) layout cannot say this transformer: \(reason)", at: json.site,
      help: "keep the layout it has")
  }
}
