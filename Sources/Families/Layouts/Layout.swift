package import Checkpoints
package import Tensors

/// One of the ways in which upstream keeps the models of a family on disk.
package struct Layout: Sendable {
  /// As `--layout` takes it. Families that upstream keeps side by side share the name.
  package let name: String
  /// The folder of the family's files where a directory holds several models; empty for all in one.
  package let folder: String
  /// The file's name without its extension.
  package var weights: String
  package var format = TensorFormat.safetensors
  package let configuration: String
  /// The model that is configured in `source`, one of `whole`, as this layout has it. Throws iff the layout
  /// cannot say it.
  package let make: @Sendable (_ source: Configuration, _ whole: Whole) throws(Diagnostic) -> LaidOut
  /// What is stored for the tensor of a blueprint's parameter, where that is otherwise than the graph reads it.
  package var spell: @Sendable (TensorDraft) throws(Diagnostic) -> [TensorDraft] = { [$0] }

  /// The models that are laid out together.
  package struct Whole: Sendable {
    package let configurations: [Configuration]
    /// The keys of the checkpoint of the model in question.
    package let keys: Set<Name>
    /// Whether the model has a directory of its own.
    package let isAlone: Bool

    package init(_ configurations: [Configuration], keys: Set<Name>, isAlone: Bool) {
      (self.configurations, self.keys, self.isAlone) = (configurations, keys, isAlone)
    }
  }
}

/// A model as a layout has it.
package struct LaidOut: Sendable {
  /// By component, in the order of the family.
  package var blueprints: [(component: String, blueprint: Blueprint)]
  /// Before every key.
  package var prefix: Name = ""
  /// The configuration file, or the model's part of it where several share one.
  package var configuration: JSON
  /// Tensors that upstream's loader wants and no graph reads.
  package var buffers: [(name: Name, tensor: Tensor)] = []
  /// What a person should know.
  package var notes: [String] = []
}

extension Layout {
  /// In a folder of a diffusers pipeline.
  static func diffusers(
    _ folder: String, _ make: @escaping @Sendable (Configuration, Whole) throws(Diagnostic) -> LaidOut
  ) -> Layout {
    Layout(
      name: "diffusers", folder: folder, weights: "diffusion_pytorch_model", configuration: "config.json",
      make: make)
  }

  /// In the one file of stable-audio-tools.
  static func stableAudioTools(
    _ make: @escaping @Sendable (Configuration, Whole) throws(Diagnostic) -> LaidOut
  ) -> Layout {
    Layout(
      name: "stable-audio-tools", folder: "", weights: "model", configuration: "model_config.json", make: make
    )
  }

  /// In a directory of transformers, or under that configuration.
  static func transformers(
    _ name: String, _ folder: String,
    _ make: @escaping @Sendable (Configuration, Whole) throws(Diagnostic) -> LaidOut
  ) -> Layout {
    Layout(name: name, folder: folder, weights: "model", configuration: "config.json", make: make)
  }
}
