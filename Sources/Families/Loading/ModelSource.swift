import Checkpoints
import Glibc
import Graphs
package import Tensors

/// Where models lie on disk, as upstream lays them out: one directory may hold several.
///
/// Understands a transformers or diffusers model directory (`config.json`), a diffusers pipeline
/// (`model_index.json`), a stable-audio-tools directory (`model_config.json`), a pipeline of ours
/// (`pipeline.json`), and a weights file with a configuration beside the point.
package struct ModelSource: Sendable {
  package let path: String
  private let parts: [Part]

  /// A component, and what it is made of.
  private struct Part: Sendable {
    let family: String
    let component: Component
    let configuration: Configuration
    let weights: String
  }

  /// Throws iff nothing at `path` is understood. `family` and `config` say what a weights file cannot.
  package init(path: String, family: String? = nil, config: String? = nil) throws(Diagnostic) {
    self.path = path
    if let family, Family.all.allSatisfy({ $0.name != family }) { throw .noFamily(family) }
    let found = try ModelSource.parts(at: path, config: config)
    parts = found.filter { family == nil || $0.family == family }
    guard !parts.isEmpty else { throw .nothingKnown(path, family) }
  }

  /// What `model` can be asked for.
  package var components: [String] { parts.map(\.component.name) }

  /// The configuration of a component, or `nil` iff there is none of that name.
  package func configuration(of component: String) -> Configuration? {
    parts.first { $0.component.name == component }?.configuration
  }

  /// The component of that name, or the only one there is.
  ///
  /// Throws iff there are several and none is named, there is none of that name, or the weights do not fit.
  package func model(_ component: String? = nil) throws(Diagnostic) -> Model {
    let part = try choose(component)
    let checkpoint = try Checkpoint.open(path: part.weights)
    return try Model(part.component, family: part.family, checkpoint: checkpoint)
  }

  private func choose(_ component: String?) throws(Diagnostic) -> Part {
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

extension ModelSource {
  /// Where the parts of a diffusers pipeline lie.
  private static let diffusersParts = ["transformer", "vae", "projection_model", "text_encoder"]
  /// The parts of a pipeline of ours, which are also their names.
  private static let pipelineParts = [
    "video_encoder", "text_encoder", "backbone", "conditioners", "autoencoder",
  ]

  private static func parts(at path: String, config: String?) throws(Diagnostic) -> [Part] {
    if let config { return try parts(configuration: config, weights: path) }
    guard isDirectory(path) else {
      if path.hasSuffix("config.json") {
        return try parts(configuration: path, weights: directory(of: path))
      }
      throw exists(path) ? .noConfiguration(path) : .missing(path)
    }
    if exists("\(path)/pipeline.json") { return try pipelineParts(at: path) }
    if exists("\(path)/model_config.json") {
      return try parts(configuration: "\(path)/model_config.json", weights: path)
    }
    if exists("\(path)/config.json") {
      return try parts(configuration: "\(path)/config.json", weights: path)
    }
    if exists("\(path)/model_index.json") {
      var parts: [Part] = []
      for folder in diffusersParts where exists("\(path)/\(folder)/config.json") {
        parts += try Self.parts(configuration: "\(path)/\(folder)/config.json", weights: "\(path)/\(folder)")
      }
      return parts
    }
    throw .noConfiguration(path)
  }

  /// The parts that `pipeline.json` refers to; a part is looked at only for the components of its own name.
  private static func pipelineParts(at path: String) throws(Diagnostic) -> [Part] {
    let json = try JSON.load(path: "\(path)/pipeline.json")
    var parts: [Part] = []
    for name in pipelineParts {
      guard let place = try json.stringIfPresent("parts", Name(name), "path") else { continue }
      let folder = place.hasPrefix("/") ? place : "\(path)/\(place)"
      let wanted = name == "autoencoder" ? ["encoder", "decoder"] : [name]
      parts += try Self.parts(at: folder, config: nil).filter { wanted.contains($0.component.name) }
    }
    return parts
  }

  private static func parts(configuration path: String, weights: String) throws(Diagnostic) -> [Part] {
    let configuration = try Configuration(try JSON.load(path: path))
    var parts: [Part] = []
    for family in Family.all {
      for component in try family.components(configuration) {
        parts.append(
          Part(family: family.name, component: component, configuration: configuration, weights: weights))
      }
    }
    guard !parts.isEmpty else { throw .unknownModel(path, try configuration.className()) }
    return parts
  }

  private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  private static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func directory(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }
}

extension Diagnostic {
  fileprivate static func missing(_ path: String) -> Diagnostic {
    Diagnostic("there is no \(path)", help: "pass a model directory or a weights file", kind: .noInput)
  }
  fileprivate static func noConfiguration(_ path: String) -> Diagnostic {
    Diagnostic(
      "\(path) has no configuration: expected config.json, model_config.json, model_index.json or pipeline.json",
      at: path, help: "pass the directory that upstream saved, or give the configuration with --config",
      kind: .noInput)
  }
  fileprivate static func unknownModel(_ path: String, _ name: String?) -> Diagnostic {
    Diagnostic(
      "\(path) describes \(name.map { "a \($0)" } ?? "a model of no name"), which is of no known family", at: path,
      help: "known are \(Family.all.map(\.summary).joined(separator: "; "))")
  }
  fileprivate static func noFamily(_ name: String) -> Diagnostic {
    Diagnostic(
      "there is no family \(name)", help: "families are \(Family.all.map(\.name).joined(separator: ", "))",
      kind: .usage)
  }
  fileprivate static func nothingKnown(_ path: String, _ family: String?) -> Diagnostic {
    Diagnostic("\(path) holds no \(family ?? "model")", at: path)
  }
  fileprivate static func severalComponents(_ path: String, _ names: [String]) -> Diagnostic {
    Diagnostic(
      "\(path) holds several components", help: "choose one with --component: \(names.joined(separator: ", "))",
      kind: .usage)
  }
  fileprivate static func noComponent(_ name: String, _ path: String, _ names: [String]) -> Diagnostic {
    Diagnostic(
      "\(path) has no component \(name)", help: "it has \(names.joined(separator: ", "))", kind: .usage)
  }
}
