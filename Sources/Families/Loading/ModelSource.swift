import Checkpoints
package import Tensors

/// Where models lie on disk, as upstream lays them out: one directory may hold several.
///
/// Understands a transformers or diffusers model directory (`config.json`), a diffusers pipeline
/// (`model_index.json`), a stable-audio-tools directory (`model_config.json`), a pipeline of ours
/// (`pipeline.json`), a weights file with a configuration given or beside it, and a configuration alone.
package struct ModelSource: Sendable {
  package let path: String
  /// Not empty; no two components have the same name.
  package let parts: [Part]

  /// A component, and what it is made of.
  package struct Part: Sendable {
    package let family: String
    package let component: Component
    package let configuration: Configuration
    /// The checkpoint: a file, or the directory that holds one. It may be missing.
    package let weights: String
  }

  /// Throws iff nothing at `path` is understood. `family` and `config` say what a weights file cannot.
  ///
  /// Reads configurations only.
  package init(path: String, family: String? = nil, config: String? = nil) throws(Diagnostic) {
    self.path = path
    if let family, Family.all.allSatisfy({ $0.name != family }) { throw .noFamily(family) }
    let found = try Part.all(at: path, config: config)
    parts = found.filter { family == nil || $0.family == family }
    guard !parts.isEmpty else { throw .otherFamily(path, family, found.map(\.family)) }
  }

  /// What `model` can be asked for.
  package var components: [String] { parts.map(\.component.name) }

  /// The configuration of a component, or `nil` iff there is none of that name.
  package func configuration(of component: String) -> Configuration? {
    parts.first { $0.component.name == component }?.configuration
  }

  /// The component of that name, or the only one there is, with its weights.
  ///
  /// Throws iff there are several and none is named, there is none of that name, or the weights do not fit.
  package func model(_ component: String? = nil) throws(Diagnostic) -> Model {
    let part = try part(component)
    let checkpoint = try Checkpoint.open(path: part.weights)
    return try Model(part.component, family: part.family, checkpoint: checkpoint)
  }

  /// The same by the configuration alone: the graph that the published checkpoint of this size fits.
  ///
  /// Throws iff there are several and none is named or there is none of that name.
  package func blueprint(_ component: String? = nil) throws(Diagnostic) -> Blueprint {
    try part(component).component.blueprint([])
  }

  /// The part of that name, or the only one there is. Throws iff there is none or it is not told which.
  package func part(_ component: String? = nil) throws(Diagnostic) -> Part {
    guard let component else {
      guard parts.count == 1 else { throw .severalComponents(path, components) }
      return parts[0]
    }
    guard let part = parts.first(where: { $0.component.name == component }) else {
      throw .noComponent(component, path, components)
    }
    return part
  }
}

extension Diagnostic {
  fileprivate static func noFamily(_ name: String) -> Diagnostic {
    Diagnostic(
      "there is no family \(name)", help: "families are \(Family.all.map(\.name).joined(separator: ", "))",
      kind: .usage)
  }
  fileprivate static func otherFamily(_ path: String, _ family: String?, _ found: [String]) -> Diagnostic {
    let known = found.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    return Diagnostic(
      "\(path) holds no \(family ?? "model")", at: path,
      help: known.isEmpty ? nil : "it holds \(known.joined(separator: ", "))", kind: .usage)
  }
  fileprivate static func severalComponents(_ path: String, _ names: [String]) -> Diagnostic {
    Diagnostic(
      "\(path) holds several components",
      help: "choose one with --component: \(names.joined(separator: ", "))",
      kind: .usage)
  }
  fileprivate static func noComponent(_ name: String, _ path: String, _ names: [String]) -> Diagnostic {
    Diagnostic(
      "\(path) has no component \(name)", help: "it has \(names.joined(separator: ", "))", kind: .usage)
  }
}
