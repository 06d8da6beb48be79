import Glibc
import Tensors

extension ModelSource.Part {
  /// Every part of what lies at `path`. Throws iff there is nothing, or nothing of a known family.
  static func all(at path: String, config: String?) throws(Diagnostic) -> [Self] {
    if let config { return try described(by: config, weights: path) }
    guard exists(path) else { throw .missing(path) }
    guard isDirectory(path) else { return try all(of: path) }
    if exists("\(path)/pipeline.json") { return try pipeline(path) }
    for name in configurations where exists("\(path)/\(name)") {
      return try described(by: "\(path)/\(name)", weights: path)
    }
    if exists("\(path)/model_index.json") { return try diffusers(path) }
    throw .noConfiguration(path)
  }

  /// The names a configuration has in a model directory.
  private static let configurations = ["model_config.json", "config.json"]
  /// Where the parts of a diffusers pipeline lie.
  private static let diffusersFolders = ["transformer", "vae", "projection_model", "text_encoder"]
  /// The parts of a pipeline of ours, and the components each of them gives.
  private static let pipelineParts: [(name: Name, components: [String])] = [
    ("video_encoder", ["video_encoder"]), ("text_encoder", ["text_encoder"]), ("backbone", ["backbone"]),
    ("conditioners", ["conditioners"]), ("autoencoder", ["encoder", "decoder"]),
  ]

  /// The parts of a file: a configuration itself, or weights with a configuration beside them.
  private static func all(of file: String) throws(Diagnostic) -> [Self] {
    let folder = directory(of: file)
    if file.hasSuffix(".json"), !file.hasSuffix(".index.json") {
      return try described(by: file, weights: folder)
    }
    for name in configurations where exists("\(folder)/\(name)") {
      return try described(by: "\(folder)/\(name)", weights: file)
    }
    throw .noConfiguration(file)
  }

  private static func diffusers(_ path: String) throws(Diagnostic) -> [Self] {
    var parts: [Self] = []
    for folder in diffusersFolders where exists("\(path)/\(folder)/config.json") {
      parts += try described(by: "\(path)/\(folder)/config.json", weights: "\(path)/\(folder)")
    }
    guard !parts.isEmpty else { throw .emptyPipeline(path, diffusersFolders) }
    return parts
  }

  /// The parts that `pipeline.json` refers to by paths that start from its directory; of each source only the
  /// components that the part is there for.
  private static func pipeline(_ path: String) throws(Diagnostic) -> [Self] {
    let json = try JSON.load(path: "\(path)/pipeline.json")
    var parts: [Self] = []
    for (name, components) in pipelineParts {
      guard let place = try json.stringIfPresent("parts", name, "path") else { continue }
      let source = place.hasPrefix("/") ? place : "\(path)/\(place)"
      let found = try all(at: source, config: nil)
      let wanted = found.filter { components.contains($0.component.name) }
      guard wanted.count == components.count else {
        throw .wrongPart(name, source, components, found.map(\.component.name))
      }
      parts += wanted
    }
    guard !parts.isEmpty else { throw .emptyPipeline(path, pipelineParts.map(\.name.text)) }
    return parts
  }

  private static func described(by path: String, weights: String) throws(Diagnostic) -> [Self] {
    let configuration = try Configuration(try JSON.load(path: path))
    var parts: [Self] = []
    for family in Family.all {
      for component in try family.components(configuration) {
        parts.append(
          Self(family: family.name, component: component, configuration: configuration, weights: weights))
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
      "\(path) describes \(name.map { "a \($0)" } ?? "a model of no name"), which is of no known family",
      at: path,
      help: "known are \(Family.all.map(\.summary).joined(separator: "; "))")
  }
  fileprivate static func emptyPipeline(_ path: String, _ folders: [String]) -> Diagnostic {
    Diagnostic(
      "\(path) is a pipeline of no parts: expected some of \(folders.joined(separator: ", "))", at: path)
  }
  fileprivate static func wrongPart(_ name: Name, _ source: String, _ wanted: [String], _ found: [String])
    -> Diagnostic
  {
    Diagnostic(
      "part \(name) is \(found.joined(separator: ", ")), expected \(wanted.joined(separator: ", "))",
      at: source,
      help: "name the source of the \(name) in pipeline.json")
  }
}
