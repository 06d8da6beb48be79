import Families
import Passes
import Checkpoints
import Glibc
import Graphs
import Media
package import Tensors
import Tokenizers

/// A pipeline directory, opened: its manifest, and its parts on demand.
package struct Pipeline: Sendable {
  package let path: String
  package var manifest: PipelineManifest
  private let source: ModelSource

  /// Throws iff there is no pipeline at `path`, or a file of it is missing or of another size than when the
  /// pipeline was assembled. `verifying` reads every file and compares its SHA-256, too.
  package init(path: String, verifying: Bool = false) throws(Diagnostic) {
    self.path = path
    manifest = try PipelineManifest.load(in: path)
    source = try ModelSource(path: path)
    for part in manifest.parts { try Pipeline.check(part, in: path, verifying: verifying) }
  }

  /// Whether `path` is the directory of a pipeline.
  package static func isThere(at path: String) -> Bool { access("\(path)/pipeline.json", F_OK) == 0 }

  /// A model of the pipeline. Throws iff it has none of that name or the weights do not fit or are not finite.
  func model(_ component: String) throws(Diagnostic) -> Model {
    let model = try source.model(component)
    try model.weights.checkFinite()
    return model
  }

  /// Latent frames on each side that an encoded frame depends on. Throws iff there is no autoencoder.
  func encoderHalo() throws(Diagnostic) -> Int {
    guard let json = source.configuration(of: "encoder"), let coder = try Oobleck(json) else {
      throw .noPart("autoencoder", path)
    }
    return coder.encoderHalo
  }

  func tokenizer() throws(Diagnostic) -> T5Tokenizer {
    try T5Tokenizer(directory: try place(of: "tokenizer"))
  }

  /// How frames become the encoder's pixels. Throws iff the encoder has no `video_preprocessor_config.json`
  /// (or the older `preprocessor_config.json`).
  func preprocessor() throws(Diagnostic) -> VideoPreprocessor {
    let folder = try place(of: "video_encoder")
    let names = ["video_preprocessor_config.json", "preprocessor_config.json"]
    let file = names.first { access("\(folder)/\($0)", R_OK) == 0 } ?? names[0]
    return try VideoPreprocessor(try JSON.load(path: "\(folder)/\(file)"))
  }

  /// The bridge's configuration and weights, or `nil` iff the pipeline has none.
  func bridge() throws(Diagnostic) -> (configuration: Bridge, checkpoint: Checkpoint)? {
    guard manifest[part: "bridge"] != nil else { return nil }
    let checkpoint = try Checkpoint.open(path: try place(of: "bridge"))
    if let (name, count) = try checkpoint.nonFinite().first { throw .notFinite(name, count, checkpoint.path) }
    return (try Bridge(checkpoint), checkpoint)
  }

  private func place(of name: String) throws(Diagnostic) -> String {
    guard let part = manifest[part: name] else { throw .noPart(name, path) }
    return Pipeline.place(part.path, in: path)
  }

  static func place(_ part: String, in pipeline: String) -> String {
    part.hasPrefix("/") ? part : "\(pipeline)/\(part)"
  }

  private static func check(_ part: PipelineManifest.Part, in pipeline: String, verifying: Bool)
    throws(Diagnostic)
  {
    let folder = place(part.path, in: pipeline)
    for file in part.files {
      let path = file.name.isEmpty ? folder : "\(folder)/\(file.name)"
      var status = stat()
      guard stat(path, &status) == 0 else { throw .missingFile(path, part.name) }
      guard Int(status.st_size) == file.bytes else { throw .otherSize(path, Int(status.st_size), file.bytes) }
      guard verifying else { continue }
      let digest = try FileDigest.sha256(of: path)
      guard digest == file.sha256 else { throw .otherContent(path, digest, file.sha256) }
    }
  }
}

extension Diagnostic {
  fileprivate static func noPart(_ name: String, _ path: String) -> Diagnostic {
    Diagnostic(
      "the pipeline has no \(name)", at: path,
      help: "assemble it anew with --\(name.replacing("_", with: "-"))",
      kind: .noInput)
  }
  fileprivate static func notFinite(_ name: Name, _ count: NonFinite, _ path: String) -> Diagnostic {
    Diagnostic(
      "\(name.quoted) holds \(count.nan) NaN and \(count.infinite) infinite values", at: path,
      help: "the bridge's training went wrong: use an earlier checkpoint of it")
  }
  fileprivate static func missingFile(_ path: String, _ part: String) -> Diagnostic {
    Diagnostic(
      "\(path) of the \(part) is missing", at: path,
      help: "put it back, or assemble the pipeline anew from where the part lies now", kind: .noInput)
  }
  fileprivate static func otherSize(_ path: String, _ bytes: Int, _ expected: Int) -> Diagnostic {
    Diagnostic(
      "\(path) has \(bytes) bytes, but the pipeline was assembled with \(expected)", at: path,
      help: "put the original back, or assemble the pipeline anew")
  }
  fileprivate static func otherContent(_ path: String, _ digest: String, _ expected: String) -> Diagnostic {
    Diagnostic(
      "\(path) has SHA-256 \(digest.prefix(12))…, but the pipeline was assembled with \(expected.prefix(12))…",
      at: path, help: "put the original back, or assemble the pipeline anew")
  }
}
