import Graphs
import Tensors

extension Layout {
  /// The conditioners in the layouts of `StableAudioDiT.Layout`; stable-audio-tools keeps them in the file of
  /// the whole model only.
  static let stableAudioConditioners: [Layout] = [
    .diffusers("projection_model") { (source, whole) throws(Diagnostic) in
      let model = try StableAudioConditioners.read(source, whole.keys).laidOutForDiffusers(source.json)
      return LaidOut(
        blueprints: [("conditioners", try model.blueprint([]))], configuration: model.diffusersConfiguration)
    },
    .stableAudioTools { (source, whole) throws(Diagnostic) in
      guard !whole.isAlone else { throw .notAlone(source.json) }
      let model = try StableAudioConditioners.read(source, whole.keys).laidOutForTools()
      let (name, isKnown) = model.textEncoder
      var result = LaidOut(
        blueprints: [("conditioners", try model.blueprint([]))], prefix: "conditioner.conditioners.",
        configuration: model.toolsConfiguration(name))
      if !isKnown {
        result.notes = ["stable-audio-tools names no T5 of width \(model.textDim ?? 0): \(name) stands in"]
      }
      return result
    },
  ]
}

extension StableAudioConditioners {
  /// The model with `projectsText` and `textDim` as its checkpoint has them.
  fileprivate static func read(_ configuration: Configuration, _ keys: Set<Name>) throws(Diagnostic)
    -> StableAudioConditioners
  {
    guard var model = try StableAudioConditioners(configuration) else { throw .notThis(configuration.json) }
    let isProjected = try model.blueprint(keys).graph[named: "text_hidden_states"] != nil
    model.projectsText = isProjected
    if !isProjected { model.textDim = model.width }
    return model
  }

  fileprivate func laidOutForDiffusers(_ json: JSON.Cursor) throws(Diagnostic) -> StableAudioConditioners {
    guard numbers.map(\.id) == ["seconds_start", "seconds_total"],
      numbers.allSatisfy({ ($0.least, $0.most) == (numbers[0].least, numbers[0].most) }),
      !projectsText || textDim != width
    else { throw .cannotSay(self, json) }
    var model = self
    (model.layout, model.projectsText) = (.diffusers, false)
    for (index, word) in ["start", "end"].enumerated() {
      model.numbers[index].path = Self.path(word)
    }
    return model
  }

  fileprivate func laidOutForTools() -> StableAudioConditioners {
    var model = self
    model.layout = .stableAudioTools
    for index in numbers.indices { model.numbers[index].path = Self.path(of: numbers[index].id) }
    return model
  }

  /// `config.json` of diffusers' `StableAudioProjectionModel`.
  fileprivate var diffusersConfiguration: JSON {
    [
      "_class_name": "StableAudioProjectionModel", "conditioning_dim": JSON(width),
      "max_value": numbers[0].most.json, "min_value": numbers[0].least.json,
      "text_encoder_dim": JSON(textDim ?? width),
    ]
  }

  /// The name of a T5 as wide as the text, or that of the usual one where there is none.
  fileprivate var textEncoder: (name: String, isKnown: Bool) {
    let name = Self.widths.first { $0.width == textDim }?.name
    return (name ?? "t5-base", name != nil)
  }

  /// What `model_config.json` says of the conditioners.
  fileprivate func toolsConfiguration(_ textEncoder: String) -> JSON {
    var text: JSON.Object = ["t5_model_name": JSON(textEncoder), "max_length": 128]
    if projectsText, textDim == width { text["project_out"] = true }
    let prompt: JSON = ["id": "prompt", "type": "t5", "config": .object(text)]
    let entries = numbers.map { number -> JSON in
      [
        "id": JSON(number.id), "type": "number",
        "config": ["min_val": number.least.json, "max_val": number.most.json],
      ]
    }
    return ["model": ["conditioning": ["configs": JSON([prompt] + entries), "cond_dim": JSON(width)]]]
  }
}

extension Double {
  /// Without a fraction where there is none, as upstream writes these numbers.
  fileprivate var json: JSON { Int64(exactly: self).map(JSON.integer) ?? .real(self) }
}

extension Diagnostic {
  fileprivate static func notThis(_ json: JSON.Cursor) -> Diagnostic {
    Diagnostic("the configuration is of no conditioners", at: json.site, kind: .software)
  }
  fileprivate static func notAlone(_ json: JSON.Cursor) -> Diagnostic {
    Diagnostic(
      "stable-audio-tools keeps conditioners with the model they belong to, not alone", at: json.site,
      help: "convert the whole model")
  }
  fileprivate static func cannotSay(_ model: StableAudioConditioners, _ json: JSON.Cursor) -> Diagnostic {
    let numbers = model.numbers.map { "\($0.id) from \($0.least) to \($0.most)" }.joined(separator: ", ")
    return Diagnostic(
      "the diffusers layout cannot say these conditioners: they are \(numbers), expected seconds_start and seconds_total over one range",
      at: json.site, help: "keep the layout they have")
  }
}
