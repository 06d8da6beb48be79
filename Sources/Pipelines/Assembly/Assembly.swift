import Checkpoints
import Families
import Glibc
import Graphs
package import Passes
package import Tensors
import Tokenizers

/// Ties upstream models and a bridge into a pipeline directory.
package struct Assembly: Sendable {
  package var parts: PipelineParts
  /// Changes the configuration of a fresh bridge; a given one says itself what it is.
  package var adjust: @Sendable (inout Bridge) -> Void = { _ in }
  /// Changes what `foley generate` does where it is told nothing.
  package var setSampling: @Sendable (inout PipelineManifest.Sampling) throws(Diagnostic) -> Void = { _ in }
  /// Seeds the weights of a fresh bridge.
  package var seed: UInt64 = 0
  /// Whether the files are copied into the pipeline instead of referred to.
  package var copies = false
  /// Whether a pipeline that stands there already is replaced.
  package var replaces = false

  package init(_ parts: PipelineParts) { self.parts = parts }

  /// What was assembled.
  package struct Result: Sendable {
    package let manifest: PipelineManifest
    /// The bridge, or `nil` iff there is no video encoder.
    package let bridge: Bridge?
    /// Parameters of the bridge, in each block and in all.
    package let bridgeParameters: (block: Int, total: Int)
    package let isFresh: Bool
  }

  /// Checks that the parts fit, then writes `pipeline.json` and the bridge into the directory `output`.
  ///
  /// `progress` is told what is being read. Throws iff a part is missing or does not fit, or `output` cannot
  /// be written; nothing that stood there before is lost then.
  package func write(to output: String, progress: (String) throws -> Void = { _ in }) throws(Diagnostic)
    -> Result
  {
    guard replaces || !PipelineParts.isFile("\(output)/pipeline.json") else { throw .exists(output) }
    let places = try parts.places()
    var sources: [String: ModelSource] = [:]
    for (name, path) in places where name != "tokenizer" { sources[name] = try ModelSource(path: path) }
    let tokenizer = places.first { $0.name == "tokenizer" }?.path ?? ""
    let tokens = try T5Tokenizer(directory: tokenizer).modelMaxLength
    let facts = try PipelineFacts({ (name) throws(Diagnostic) in sources[name] }, tokens: tokens)
    var sampling = facts.sampling
    try setSampling(&sampling)
    for (name, _) in places {
      guard let source = sources[name] else { continue }
      try tell(progress, "\(name) \(source.path)")
      try source.model(name == "autoencoder" ? "decoder" : name).weights.checkFinite()
    }

    let (bridge, given) = try bridge(facts)
    var bridged: Graph?
    if let bridge, let backbone = try sources["backbone"]?.model("backbone").graph {
      let graph = try Pass.insertVideoAttention(bridge).run(backbone)
      if let given { try Weights.check(trainable: graph, in: given) }
      bridged = graph
    }

    try makeDirectory(output)
    var manifest = PipelineManifest(
      parts: [], conditioning: facts.conditioning, audio: facts.audio, video: facts.video,
      sampling: sampling)
    var digests = FileDigests()
    for name in PipelineManifest.Part.names {
      guard let place = places.first(where: { $0.name == name }) else { continue }
      try tell(progress, "\(name) \(place.path)")
      let path = copies ? try copy(place.path, to: output, as: name) : reference(place.path, from: output)
      let files = try digests.files(in: Pipeline.place(path, in: output))
      manifest.parts.append(PipelineManifest.Part(name: name, path: path, files: files))
    }
    if let bridge, let bridged {
      let path = "\(output)/bridge.safetensors"
      if let given {
        try given.write(to: path)
      } else {
        try FreshBridge(bridge, seed: seed).write(bridged, to: path)
      }
      let file = try digests.file(path, name: "")
      manifest.parts.append(PipelineManifest.Part(name: "bridge", path: "bridge.safetensors", files: [file]))
    }
    try AtomicFile.write(manifest.json.printed(pretty: true) + "\n", to: "\(output)/pipeline.json")
    return Result(
      manifest: manifest, bridge: bridge, bridgeParameters: Self.count(bridged),
      isFresh: given == nil)
  }

  /// The bridge's configuration and, where one is given, its weights; `nil` iff there is no video encoder.
  private func bridge(_ facts: PipelineFacts) throws(Diagnostic) -> (Bridge?, Checkpoint?) {
    guard let width = facts.videoWidth else {
      guard parts.bridge == nil else { throw .bridgeAlone() }
      return (nil, nil)
    }
    if let path = parts.bridge {
      let checkpoint = try Checkpoint.open(path: path)
      let bridge = try Bridge(checkpoint)
      guard bridge.videoDim == width else { throw .videoWidth(bridge.videoDim, width) }
      return (bridge, checkpoint)
    }
    var bridge = Bridge(widths: facts.widths, videoDim: width)
    bridge.latentRate = Double(facts.audio.sampleRate) / Double(facts.audio.samplesPerLatent)
    bridge.videoRate = Double(facts.video.frameRate) / Double(facts.video.tubelet)
    adjust(&bridge)
    try bridge.check()
    return (bridge, nil)
  }

  /// Trainable parameters of the first block, and of all.
  private static func count(_ graph: Graph?) -> (block: Int, total: Int) {
    let trainable = graph?.parameters.map(\.parameter).filter { !$0.frozen } ?? []
    let total = trainable.reduce(0) { $0 + ($1.type.count ?? 0) }
    let block = trainable.filter { $0.path.text.hasPrefix("blocks.0.") }.reduce(0) {
      $0 + ($1.type.count ?? 0)
    }
    return (block, total)
  }

  private func tell(_ progress: (String) throws -> Void, _ text: String) throws(Diagnostic) {
    do { try progress(text) } catch {
      throw (error as? Diagnostic) ?? Diagnostic("stopped: \(error)", kind: .interrupted)
    }
  }
}

extension Assembly {
  private func makeDirectory(_ path: String) throws(Diagnostic) {
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
      throw .system("make the directory", path, errno, kind: .cannotCreate)
    }
  }

  /// How `path` is written into the pipeline at `output`: relative where the two are neighbours, so that they
  /// can be moved together; absolute elsewhere.
  private func reference(_ path: String, from output: String) -> String {
    let (part, pipeline) = (Self.real(path), Self.real(output))
    if part.hasPrefix(pipeline + "/") { return String(part.dropFirst(pipeline.count + 1)) }
    let parent = pipeline.lastIndex(of: "/").map { String(pipeline[..<$0]) } ?? ""
    if part.hasPrefix(parent + "/"), parent.contains("/") { return "../" + part.dropFirst(parent.count + 1) }
    return part
  }

  private static func real(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Copies the files of a part; returns its path in the pipeline.
  private func copy(_ path: String, to output: String, as name: String) throws(Diagnostic) -> String {
    try makeDirectory("\(output)/\(name)")
    for file in try FileDigests.names(in: path) {
      let source = try InputFile(path: "\(path)/\(file)")
      var target = try AtomicFile(replacing: "\(output)/\(name)/\(file)", expecting: source.count)
      var offset = 0
      while offset < source.count {
        let piece = try source.read(offset..<min(offset + (4 << 20), source.count))
        try target.write(piece)
        offset += piece.count
      }
      try target.commit()
    }
    return name
  }
}

extension Checkpoint {
  /// Writes all tensors and the metadata to a safetensors file.
  fileprivate func write(to path: String) throws(Diagnostic) {
    try Checkpoint.write(
      entries.map { (entry) throws(Diagnostic) in (entry.name, try entry.tensor) }, metadata: metadata,
      to: path)
  }
}

extension Diagnostic {
  fileprivate static func exists(_ output: String) -> Diagnostic {
    Diagnostic(
      "\(output) is a pipeline already", at: output, help: "pass --replace to make it anew",
      kind: .cannotCreate)
  }
  fileprivate static func bridgeAlone() -> Diagnostic {
    Diagnostic("a bridge needs the video encoder it reads", help: "pass --video-encoder", kind: .usage)
  }
  fileprivate static func videoWidth(_ width: Int, _ encoder: Int) -> Diagnostic {
    Diagnostic(
      "the bridge reads video tokens of \(width), but the video encoder gives \(encoder)",
      help: "use the encoder the bridge was trained with")
  }
}
