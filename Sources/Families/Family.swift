package import Checkpoints
package import Graphs
package import Tensors

/// A kind of model: what its configuration says, where its parameters lie and which graph they make.
///
/// Adding one is one file here and one line in `Families/Catalog.swift`.
package struct Family: Sendable {
  /// As `--family` takes it.
  package let name: String
  /// One line for a listing.
  package let summary: String
  /// The parts that a configuration describes; empty iff the configuration is of another family.
  package let components: @Sendable (Configuration) throws(Diagnostic) -> [Component]
  /// The ways in which upstream keeps the models.
  package let layouts: [Layout]

  package init(
    _ name: String, _ summary: String, layouts: [Layout],
    components: @escaping @Sendable (Configuration) throws(Diagnostic) -> [Component]
  ) {
    (self.name, self.summary, self.layouts, self.components) = (name, summary, layouts, components)
  }
}

/// A configuration file and the ecosystem it comes from.
package struct Configuration: Sendable {
  package let json: JSON.Cursor
  package let ecosystem: Ecosystem

  package enum Ecosystem: String, Sendable {
    /// `config.json` of transformers.
    case transformers
    /// `config.json` of diffusers, with a `_class_name`.
    case diffusers
    /// `model_config.json` of stable-audio-tools.
    case stableAudioTools = "stable-audio-tools"
  }

  /// The configuration in `json`, its ecosystem told by its keys.
  package init(_ json: JSON.Cursor) throws(Diagnostic) {
    self.json = json
    if try json.find(["_class_name"]) != nil {
      ecosystem = .diffusers
    } else if try json.find(["model", "diffusion"]) != nil {
      ecosystem = .stableAudioTools
    } else if try json.find(["model", "encoder"]) != nil {
      ecosystem = .stableAudioTools
    } else {
      ecosystem = .transformers
    }
  }

  /// A part of a `model_config.json`, which need not tell by its keys where it is from.
  init(stableAudioTools json: JSON.Cursor) { (self.json, ecosystem) = (json, .stableAudioTools) }

  /// The upstream class or model type, as far as the file says one.
  package func className() throws(Diagnostic) -> String? {
    switch ecosystem {
    case .diffusers: try json.string("_class_name")
    case .transformers: try json.stringIfPresent("model_type")
    case .stableAudioTools: try json.stringIfPresent("model_type")
    }
  }
}

/// A part of a model with a graph of its own.
package struct Component: Sendable {
  /// As `--component` takes it.
  package let name: String
  /// Builds the part from the configuration alone; `keys` are those of the checkpoint, where there is one,
  /// and decide nothing but which spelling of the parameters is meant.
  package let blueprint: @Sendable (_ keys: Set<Name>) throws(Diagnostic) -> Blueprint
  /// Reads a checkpoint that keeps the same tensors by the rules of TensorFlow; `nil` iff it does not.
  package var fromTensorFlow: @Sendable (Checkpoint) throws(Diagnostic) -> Checkpoint? = { _ in nil }

  package init(
    _ name: String, blueprint: @escaping @Sendable (Set<Name>) throws(Diagnostic) -> Blueprint
  ) {
    (self.name, self.blueprint) = (name, blueprint)
  }
}

/// What a family makes of a configuration: a graph that names its parameters, and what the checkpoint may
/// leave out or hold besides.
package struct Blueprint: Sendable {
  package var graph: Graph
  /// How the parameters are spelled, for people.
  package var layout: String
  /// What may stand before all keys of this part.
  package var prefixes: [Name] = [""]
  /// Parameters that a checkpoint may lack, and what fills them then.
  package var fills: [Name: Double] = [:]
  /// Keys beside the parameters that are known and not needed.
  package var isIgnored: @Sendable (Name) -> Bool = { _ in false }
  /// What a person wants to know first.
  package var facts: [(label: String, value: String)] = []

  package init(_ graph: Graph, layout: String) { (self.graph, self.layout) = (graph, layout) }
}
