import Families
import Graphs
import Passes
import Tensors

/// What the configurations of the parts say together, checked for fit.
struct PipelineFacts {
  let conditioning: PipelineManifest.Conditioning
  let audio: PipelineManifest.Audio
  let video: PipelineManifest.Video
  let sampling: PipelineManifest.Sampling
  /// Width of the backbone's stream at each text cross-attention.
  let widths: [Int]
  /// Width of the video tokens, where there is an encoder.
  let videoWidth: Int?

  /// Throws iff two parts do not fit together. `tokens` is what the tokenizer cuts to by itself.
  init(_ source: (String) throws(Diagnostic) -> ModelSource?, tokens: Int?) throws(Diagnostic) {
    guard let backbone = try source("backbone"), let configuration = backbone.configuration(of: "backbone"),
      let dit = try StableAudioDiT(configuration)
    else { throw .noBackbone() }
    guard let coder = try source("autoencoder")?.configuration(of: "decoder"), let vae = try Oobleck(coder)
    else {
      throw .unfit("autoencoder", "is of no known family", "an Oobleck autoencoder")
    }
    guard let numbers = try source("conditioners"),
      let conditioners = try numbers.configuration(of: "conditioners").flatMap({
        (json) throws(Diagnostic) in try StableAudioConditioners(json)
      })
    else { throw .unfit("conditioners", "are of no known family", "Stable Audio conditioners") }
    guard let text = try source("text_encoder")?.model("text_encoder") else {
      throw .unfit("text_encoder", "is of no known family", "a T5 encoder")
    }

    let textWidth = text.graph.outputs.first.map { text.graph[$0.value].type.dims.last?.fixed ?? 0 } ?? 0
    let conditioner = try numbers.model("conditioners").graph
    let projected = conditioner[named: "text_hidden_states"].flatMap { conditioner[$0].type.dims.last?.fixed }
    guard textWidth == projected ?? conditioners.width else {
      throw .unfit(
        "text_encoder", "is \(textWidth) wide", "\(projected ?? conditioners.width), as the conditioners")
    }
    guard conditioners.width == dit.textDim else {
      throw .unfit(
        "conditioners", "give tokens of \(conditioners.width)", "\(dit.textDim), as the backbone reads")
    }
    guard vae.latentChannels == dit.channels else {
      throw .unfit(
        "autoencoder", "has \(vae.latentChannels) latent channels", "\(dit.channels), as the backbone")
    }

    let json = configuration.json
    let isTools = configuration.ecosystem == .stableAudioTools
    conditioning =
      isTools
      ? try Self.conditioning(json, tokens)
      : PipelineManifest.Conditioning(
        cross: ["prompt", "seconds_start", "seconds_total"], global: ["seconds_start", "seconds_total"],
        textTokens: tokens ?? 128)
    let ids = Set(conditioners.numbers.map(\.id) + ["prompt"])
    for id in conditioning.cross + conditioning.global where !ids.contains(id) {
      throw .unfit("conditioners", "do not know \(id)", "\(ids.sorted().joined(separator: ", "))")
    }
    guard conditioning.global.count * conditioners.width == dit.globalDim else {
      throw .unfit(
        "conditioners", "give a global conditioning of \(conditioning.global.count * conditioners.width)",
        "\(dit.globalDim), as the backbone reads")
    }
    let samples = isTools ? try json.integer("sample_size", in: 1 ... .max) : nil
    let frames = isTools ? nil : Int(try json.real("sample_size", default: 1024))
    audio = PipelineManifest.Audio(
      sampleRate: vae.sampleRate, channels: vae.audioChannels, samplesPerLatent: vae.ratio,
      latentChannels: vae.latentChannels, mostLatents: max(1, frames ?? (samples ?? 1) / vae.ratio),
      decoderHalo: vae.decoderHalo)

    let objective =
      isTools ? try json.choice("model", "diffusion", "diffusion_objective", default: Objective.v) : .v
    let sampler = Sampler.standard(for: objective)
    sampling = PipelineManifest.Sampling(
      objective: objective, sampler: sampler.name, steps: sampler.defaults.steps,
      guidance: [.v: 7, .rectifiedFlow: 4][objective] ?? 1, highest: sampler.defaults.highest,
      lowest: sampler.defaults.lowest)

    let graph = try backbone.model("backbone").graph
    widths = try TextAttention.sites(in: graph).map { graph[$0.stream].type.dims.last?.fixed ?? 0 }

    var video = PipelineManifest.Video()
    videoWidth = try source("video_encoder").flatMap { $0.configuration(of: "video_encoder")?.json }.map {
      (json) throws(Diagnostic) in
      let encoder = try VJEPA2(json)
      video.segmentFrames = encoder.framesPerClip
      (video.tubelet, video.side) = (encoder.tubelet, encoder.side)
      return encoder.width
    }
    self.video = video
  }

  private static func conditioning(_ json: JSON.Cursor, _ tokens: Int?) throws(Diagnostic)
    -> PipelineManifest.Conditioning
  {
    var most = tokens ?? 128
    for entry in try json.array("model", "conditioning", "configs") where try entry.string("id") == "prompt" {
      most = try entry.integer("config", "max_length", in: 1...4096, default: most)
    }
    return PipelineManifest.Conditioning(
      cross: try json.strings("model", "diffusion", "cross_attention_cond_ids"),
      global: try json.strings("model", "diffusion", "global_cond_ids"), textTokens: most)
  }
}

extension Diagnostic {
  fileprivate static func noBackbone() -> Diagnostic {
    Diagnostic(
      "the backbone is of no known family",
      help: "expected a Stable Audio diffusion transformer, as diffusers or stable-audio-tools saved it")
  }
  fileprivate static func unfit(_ part: String, _ what: String, _ expected: String) -> Diagnostic {
    Diagnostic("the \(part) \(what), expected \(expected)", help: "use parts that were trained together")
  }
}
