import Checkpoints
import Graphs
import Operators
package import Tensors

extension Family {
  /// The trained conditioners of Stable Audio: numbers to tokens, and the text's projection where there is one.
  ///
  /// Sources: `stable_audio_tools/models/{conditioners,adp}.py`; diffusers' `StableAudioProjectionModel`.
  package static let stableAudioConditioners = Family(
    "stable-audio-conditioners", "number conditioners of Stable Audio",
    layouts: Layout.stableAudioConditioners
  ) { (configuration) throws(Diagnostic) in
    guard let model = try StableAudioConditioners(configuration) else { return [] }
    return [Component("conditioners") { (keys) throws(Diagnostic) in try model.blueprint(keys) }]
  }
}

/// The conditioners of a Stable Audio model.
package struct StableAudioConditioners: Hashable, Sendable {
  /// Width of the tokens.
  package var width: Int
  /// In the order of the configuration.
  package var numbers: [Number]
  /// Width of the text encoder, where the layout says it.
  package var textDim: Int?
  /// Whether the text is projected even where the widths agree.
  package var projectsText = false
  package var layout: StableAudioDiT.Layout

  /// A number that becomes a token.
  package struct Number: Hashable, Sendable {
    /// `seconds_start`, `seconds_total`.
    package var id: String
    package var least: Double
    package var most: Double
    var path: String
  }

  /// Frequencies of the learned features; each gives a sine and a cosine.
  private static let frequencies = 128

  /// One input `[B]` a number, by its id -> `<id>_hidden_states` `[B, 1, width]`; where the text is projected
  /// too, text_hidden_states `[B, S, text]` -> text_projection `[B, S, width]`.
  func blueprint(_ keys: Set<Name>) throws(Diagnostic) -> Blueprint {
    var g = Graph(name: "conditioners")
    var inputs: [Value] = []
    for number in numbers { inputs.append(try g.input(Name(number.id), .f32("B"))) }
    let text = try textInput(keys, in: &g)
    for (number, input) in zip(numbers, inputs) {
      let token = try g.scoped(Name(number.id)) { (g) throws(Diagnostic) in try embed(input, number, in: &g) }
      g.output(Name("\(number.id)_hidden_states"), token)
    }
    if let text {
      let width = g[text].type.dims[2].fixed ?? 0
      let path = layout == .diffusers ? "text_projection" : "prompt.proj_out"
      let matrix = try g.parameter(Name("\(path).weight"), .f32(Dim(self.width), Dim(width)))
      let bias = try g.parameter(Name("\(path).bias"), .f32(Dim(self.width)))
      g.output("text_projection", try g.add(Linear(), [text, matrix, bias], name: "text_projection"))
    }
    var blueprint = Blueprint(g, layout: layout.rawValue)
    if layout == .stableAudioTools {
      blueprint.prefixes = [
        "conditioner.conditioners.", "conditioners.", "", "diffusion.conditioner.conditioners.",
      ]
    }
    blueprint.facts = [("width", "\(width)")] + numbers.map { ($0.id, "\($0.least) to \($0.most)") }
    return blueprint
  }

  /// The text input, or `nil` iff the text's states are the tokens as they are.
  private func textInput(_ keys: Set<Name>, in g: inout Graph) throws(Diagnostic) -> Value? {
    // stable-audio-tools says the text encoder by a name only, which another may stand in for.
    let isProjected =
      layout == .diffusers || keys.isEmpty
      ? projectsText || textDim != width
      : keys.contains { $0.text.hasSuffix("prompt.proj_out.weight") }
    guard isProjected, let textDim else { return nil }
    return try g.input("text_hidden_states", .f32("B", "S", Dim(textDim)))
  }

  /// The number scaled to 0…1, with the sines and cosines of its learned frequencies, mapped to a token.
  private func embed(_ input: Value, _ number: Number, in g: inout Graph) throws(Diagnostic) -> Value {
    let low = try g.add(Constant(number.least), name: "least")
    let high = try g.add(Constant(number.most), name: "most")
    let range = try g.add(Constant(number.most - number.least), name: "range")
    let clamped = try g.add(
      Minimum(), [try g.add(Maximum(), [input, low], name: "raised"), high], name: "clamped")
    let unit = try g.add(
      Divide(), [try g.add(Subtract(), [clamped, low], name: "shifted"), range], name: "unit")
    let column = try g.add(Reshape(dims: ["B", 1, 1]), [unit], name: "column")
    let count = Self.frequencies
    let weights = try g.parameter(Name("\(number.path).0.weights"), .f32(Dim(count)))
    let turned = try g.add(Multiply(), [column, weights], name: "turned")
    let turn = try g.add(Constant(2 * Double.pi), name: "turn")
    let angles = try g.add(Multiply(), [turned, turn], name: "angles")
    let sines = try g.add(Sin(), [angles], name: "sin")
    let cosines = try g.add(Cos(), [angles], name: "cos")
    let features = try g.add(Concat(axis: -1), [column, sines, cosines], name: "features")
    let matrix = try g.parameter(Name("\(number.path).1.weight"), .f32(Dim(width), Dim(2 * count + 1)))
    let bias = try g.parameter(Name("\(number.path).1.bias"), .f32(Dim(width)))
    return try g.add(Linear(), [features, matrix, bias], name: "token")
  }
}

extension StableAudioConditioners {
  /// The conditioners that `configuration` describes, or `nil` iff it is of another model.
  package init?(_ configuration: Configuration) throws(Diagnostic) {
    let json = configuration.json
    switch configuration.ecosystem {
    case .transformers: return nil
    case .diffusers:
      guard try configuration.className() == "StableAudioProjectionModel" else { return nil }
      width = try json.integer("conditioning_dim", in: 1...65536)
      textDim = try json.integer("text_encoder_dim", in: 1...65536)
      layout = .diffusers
      let (least, most) = (try json.real("min_value"), try json.real("max_value"))
      numbers = [("seconds_start", "start"), ("seconds_total", "end")].map { id, word in
        Number(id: id, least: least, most: most, path: Self.path(word))
      }
    case .stableAudioTools:
      guard let conditioning = try json.find(["model", "conditioning"]) else { return nil }
      // A transformer of its own has none.
      guard try !conditioning.array("configs").isEmpty else { return nil }
      width = try conditioning.integer("cond_dim", in: 1...65536)
      layout = .stableAudioTools
      numbers = []
      for entry in try conditioning.array("configs") {
        let id = try entry.string("id")
        switch try entry.string("type") {
        case "number":
          numbers.append(
            Number(
              id: id, least: try entry.real("config", "min_val", default: 0),
              most: try entry.real("config", "max_val", default: 1), path: Self.path(of: id)))
        case "t5":
          textDim = Self.width(of: try entry.string("config", "t5_model_name", default: "t5-base"))
          projectsText = try entry.bool("config", "project_out", default: false)
        case let type:
          throw .unknownConditioner(id, type, entry)
        }
      }
    }
    for number in numbers where !(number.most > number.least) { throw .emptyRange(number, json) }
  }

  /// Where diffusers keeps the conditioner of the `start` or the `end`.
  static func path(_ word: String) -> String { "\(word)_number_conditioner.time_positional_embedding" }

  /// Where stable-audio-tools keeps the conditioner of that id.
  static func path(of id: String) -> String { "\(id).embedder.embedding" }

  private static func width(of name: String) -> Int? { widths.first { $0.name == name }?.width }

  /// Widths of the text encoders stable-audio-tools knows by name.
  static let widths: [(name: String, width: Int)] = [
    ("t5-small", 512), ("t5-base", 768), ("t5-large", 1024), ("t5-3b", 1024), ("t5-11b", 1024),
    ("google/t5-v1_1-xl", 2048), ("google/t5-v1_1-xxl", 4096), ("google/flan-t5-small", 512),
    ("google/flan-t5-base", 768), ("google/flan-t5-large", 1024), ("google/flan-t5-3b", 1024),
    ("google/flan-t5-11b", 1024), ("google/flan-t5-xl", 2048), ("google/flan-t5-xxl", 4096),
  ]
}

extension Diagnostic {
  fileprivate static func unknownConditioner(_ id: String, _ type: String, _ json: JSON.Cursor) -> Diagnostic
  {
    Diagnostic("conditioner \(id) is of type \(type), but only t5 and number are known here", at: json.site)
  }
  fileprivate static func emptyRange(_ number: StableAudioConditioners.Number, _ json: JSON.Cursor)
    -> Diagnostic
  {
    Diagnostic("conditioner \(number.id) ranges from \(number.least) to \(number.most)", at: json.site)
  }
}
