package import Tensors

extension PipelineManifest {
  package static let format = "foley-pipeline"
  /// The version written; others are refused.
  package static let version = 1

  /// The manifest in the directory `pipeline`.
  ///
  /// Throws iff there is none, it is of another version, or a field is missing or makes no sense.
  package static func load(in pipeline: String) throws(Diagnostic) -> PipelineManifest {
    let path = "\(pipeline)/pipeline.json"
    let json: JSON.Cursor
    do {
      json = try JSON.load(path: path)
    } catch {
      throw error.helping("`foley assemble` makes a pipeline directory")
    }
    return try PipelineManifest(json)
  }

  init(_ json: JSON.Cursor) throws(Diagnostic) {
    let format = try json.string("format", default: "")
    guard format == Self.format else { throw .notAPipeline(format, json) }
    let version = try json.integer("version")
    guard version == Self.version else { throw .version(version, json) }
    parts = []
    for name in Part.names {
      guard let part = try json.objectIfPresent("parts", Name(name)) else { continue }
      parts.append(try Part(name, part))
    }
    conditioning = Conditioning(
      cross: try json.strings("conditioning", "cross"), global: try json.strings("conditioning", "global"),
      textTokens: try json.integer("conditioning", "text_tokens", in: 1...4096))
    audio = Audio(
      sampleRate: try json.integer("audio", "sample_rate", in: 1...1_000_000),
      channels: try json.integer("audio", "channels", in: 1...64),
      samplesPerLatent: try json.integer("audio", "samples_per_latent", in: 1...1_000_000),
      latentChannels: try json.integer("audio", "latent_channels", in: 1...65536),
      mostLatents: try json.integer("audio", "most_latents", in: 1...1_000_000),
      decoderHalo: try json.integer("audio", "decoder_halo", in: 0...65536))
    video = Video(
      frameRate: try json.integer("video", "frame_rate", in: 1...1000),
      segmentFrames: try json.integer("video", "segment_frames", in: 1...4096),
      tubelet: try json.integer("video", "tubelet", in: 1...64),
      side: try json.integer("video", "side", in: 1...1024),
      mostSeconds: try json.real("video", "most_seconds"))
    sampling = Sampling(
      objective: try json.choice("sampling", "objective", of: Objective.self),
      sampler: try json.string("sampling", "sampler"),
      steps: try json.integer("sampling", "steps", in: 1...100_000),
      guidance: try json.real("sampling", "cfg"), highest: try json.real("sampling", "highest"),
      lowest: try json.real("sampling", "lowest"))
    guard video.segmentFrames % video.tubelet == 0 else { throw .unevenSegment(video, json) }
  }

  package var json: JSON {
    var places = JSON.Object()
    for part in parts { places[Name(part.name)] = part.json }
    return [
      "format": JSON(Self.format), "version": JSON(Self.version), "parts": .object(places),
      "conditioning": [
        "cross": JSON(conditioning.cross.map { JSON($0) }),
        "global": JSON(conditioning.global.map { JSON($0) }),
        "text_tokens": JSON(conditioning.textTokens),
      ],
      "audio": [
        "sample_rate": JSON(audio.sampleRate), "channels": JSON(audio.channels),
        "samples_per_latent": JSON(audio.samplesPerLatent), "latent_channels": JSON(audio.latentChannels),
        "most_latents": JSON(audio.mostLatents), "decoder_halo": JSON(audio.decoderHalo),
      ],
      "video": [
        "frame_rate": JSON(video.frameRate), "segment_frames": JSON(video.segmentFrames),
        "tubelet": JSON(video.tubelet), "side": JSON(video.side), "most_seconds": JSON(video.mostSeconds),
      ],
      "sampling": [
        "objective": JSON(sampling.objective.rawValue), "sampler": JSON(sampling.sampler),
        "steps": JSON(sampling.steps), "cfg": JSON(sampling.guidance),
        "highest": JSON(sampling.highest), "lowest": JSON(sampling.lowest),
      ],
    ]
  }
}

extension PipelineManifest.Part {
  fileprivate init(_ name: String, _ json: JSON.Cursor) throws(Diagnostic) {
    self.name = name
    path = try json.string("path")
    files = []
    for file in try json.array("files") {
      files.append(
        File(
          name: try file.string("name"), bytes: try file.integer("bytes", in: 0 ... .max),
          sha256: try file.string("sha256")))
    }
  }

  fileprivate var json: JSON {
    let files = files.map { file -> JSON in
      ["name": JSON(file.name), "bytes": JSON(file.bytes), "sha256": JSON(file.sha256)]
    }
    return ["path": JSON(path), "files": JSON(files)]
  }
}

extension Diagnostic {
  fileprivate static func notAPipeline(_ format: String, _ json: JSON.Cursor) -> Diagnostic {
    Diagnostic(
      "the format is \"\(format)\", expected \"\(PipelineManifest.format)\"", at: json.site,
      help: "`foley assemble` makes a pipeline directory")
  }
  fileprivate static func version(_ version: Int, _ json: JSON.Cursor) -> Diagnostic {
    Diagnostic(
      "the pipeline has version \(version), but version \(PipelineManifest.version) is what is known here",
      at: json.site, help: "assemble it anew")
  }
  fileprivate static func unevenSegment(_ video: PipelineManifest.Video, _ json: JSON.Cursor) -> Diagnostic {
    Diagnostic(
      "segments of \(video.segmentFrames) frames do not divide into tubelets of \(video.tubelet)",
      at: json.site)
  }
}
