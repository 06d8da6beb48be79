package import Tensors

/// What a `manifest.json` of a dataset says: the clips, where their tensors lie, and what made them.
///
/// A dataset is a directory of shards and manifests, one manifest for each machine that prepared a part. The
/// tensors of a clip, in the shard that its entry names:
///
///     ID.latents   f32[C, L]       of the autoencoder
///     ID.video     f32[F·P, D]     tokens of the video encoder, pooled as the bridge reads them
///     ID.cross     f32[S, W]       rows of the backbone's cross-attention
///     ID.global    f32[1, G]       the backbone's global token
package struct DatasetManifest: Hashable, Sendable {
  /// The digest of each part of the pipeline that made the tensors, by name.
  package var makers: [String: String]
  /// How the patches of a frame were pooled.
  package var pooling: String
  /// How the latents were taken from what the autoencoder gives.
  package var latents = Latents.sampled
  /// Seconds of the windows that longer clips were cut into; `nil` iff none was given.
  package var window: Double?
  package var clips: [Clip]
  package var skipped: [Skipped]

  package struct Clip: Hashable, Sendable {
    /// Unlike any other of the dataset.
    package var id: String
    /// The file with the tensors, relative to the dataset.
    package var shard: String
    package var prompt: String
    /// Seconds of sound.
    package var seconds: Double

    package init(id: String, shard: String, prompt: String, seconds: Double) {
      (self.id, self.shard, self.prompt, self.seconds) = (id, shard, prompt, seconds)
    }
  }

  package enum Latents: String, CaseIterable, Hashable, Sendable {
    /// Drawn from the distribution, as upstream trains.
    case sampled
    case mean
  }

  /// A clip that was left out.
  package struct Skipped: Hashable, Sendable {
    package var id: String
    package var reason: String

    package init(id: String, reason: String) { (self.id, self.reason) = (id, reason) }
  }

  /// Clips that were cut into windows, every one of which is in the dataset or left out.
  package var cut: [String] = []

  package init(makers: [String: String], pooling: String, clips: [Clip] = [], skipped: [Skipped] = []) {
    (self.makers, self.pooling, self.clips, self.skipped) = (makers, pooling, clips, skipped)
  }

  package static let format = "foley-dataset"
  /// The version written; others are refused.
  package static let version = 1
}

extension DatasetManifest {
  /// Throws iff the file is no manifest of this version.
  package init(path: String) throws(Diagnostic) {
    let json = try JSON.load(path: path)
    let format = try json.string("format", default: "")
    guard format == Self.format else { throw .notADataset(format, json) }
    let version = try json.integer("version")
    guard version == Self.version else { throw .version(version, json) }
    var makers: [String: String] = [:]
    for name in PipelineManifest.Part.names {
      if let digest = try json.stringIfPresent("makers", Name(name)) { makers[name] = digest }
    }
    self.init(makers: makers, pooling: try json.string("pooling"))
    latents = try json.choice("latents", default: .sampled)
    window = try json.realIfPresent("window")
    if try json.find(["cut"]) != nil { cut = try json.strings("cut") }
    for clip in try json.array("clips") {
      clips.append(
        Clip(
          id: try clip.string("id"), shard: try clip.string("shard"), prompt: try clip.string("prompt"),
          seconds: try clip.real("seconds")))
    }
    for clip in try json.array("skipped") {
      skipped.append(Skipped(id: try clip.string("id"), reason: try clip.string("reason")))
    }
  }

  package var json: JSON {
    var digests = JSON.Object()
    for (name, digest) in makers.sorted(by: { $0.key < $1.key }) { digests[Name(name)] = JSON(digest) }
    return [
      "format": JSON(Self.format), "version": JSON(Self.version), "makers": .object(digests),
      "pooling": JSON(pooling), "latents": JSON(latents.rawValue),
      "window": window.map { JSON($0) } ?? nil, "cut": JSON(cut.map { JSON($0) }),
      "clips": JSON(
        clips.map { clip in
          [
            "id": JSON(clip.id), "shard": JSON(clip.shard), "prompt": JSON(clip.prompt),
            "seconds": JSON(clip.seconds),
          ]
        }),
      "skipped": JSON(skipped.map { ["id": JSON($0.id), "reason": JSON($0.reason)] }),
    ]
  }
}

extension Diagnostic {
  fileprivate static func notADataset(_ format: String, _ json: JSON.Cursor) -> Diagnostic {
    Diagnostic(
      "the format is \(Name(format).quoted), expected \(Name(DatasetManifest.format).quoted)",
      at: json.site, help: "`foley prepare` makes a dataset")
  }
  fileprivate static func version(_ version: Int, _ json: JSON.Cursor) -> Diagnostic {
    Diagnostic(
      "the dataset is of version \(version), expected \(DatasetManifest.version)", at: json.site,
      help: "prepare it anew")
  }
}
