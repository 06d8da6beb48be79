import Checkpoints
import Pipelines
import TemporaryFolders
import Tensors

/// The committed tiny models, tied into pipelines.
struct TinyPipeline {
  /// `Tests/Fixtures`, three folders up from this file.
  static let fixtures =
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    + "/Fixtures"
  static var tiny: String { fixtures + "/tiny" }

  let folder: TemporaryFolder
  let pipeline: Pipeline

  /// A pipeline of the backbone in `tiny/<model>` with the video encoder, the text encoder and the bridge.
  init(_ model: String = "stable_audio", bridge: Bool = true) throws {
    folder = try TemporaryFolder()
    var parts = PipelineParts(backbone: "\(Self.tiny)/\(model)")
    if model != "diffusers" {
      parts.textEncoder = "\(Self.tiny)/text_encoder"
      parts.tokenizer = "\(Self.tiny)/tokenizer"
    }
    parts.videoEncoder = "\(Self.tiny)/video_encoder"
    if bridge { parts.bridge = "\(Self.tiny)/bridge.safetensors" }
    _ = try Assembly(parts).write(to: folder.path + "/pipeline")
    pipeline = try Pipeline(path: folder.path + "/pipeline", verifying: true)
  }

  /// A reference of `references/generate`, and the request that must reproduce it.
  static func reference(_ run: String) throws -> (checkpoint: Checkpoint, request: GenerationRequest) {
    let checkpoint = try Checkpoint.open(path: "\(fixtures)/references/generate/\(run).safetensors")
    var request = GenerationRequest()
    let field = { (key: Name) in checkpoint.metadata(key) }
    request.prompt = field("prompt") ?? ""
    request.negativePrompt = field("negative").flatMap { $0.isEmpty ? nil : $0 }
    request.steps = field("steps").flatMap { Int($0) }
    request.guidance = field("cfg").flatMap { Double($0) }
    request.seed = field("seed").flatMap { UInt64($0) } ?? 0
    request.sampler = field("sampler_type")
    request.highest = field("sigma_max").flatMap { Double($0) }
    request.lowest = field("sigma_min").flatMap { Double($0) }
    request.video = "\(fixtures)/clips/ball.mp4"
    request.videoScale = field("video_scale").flatMap { Double($0) }
    return (checkpoint, request)
  }
}

/// The largest difference of `a` to `b`, relative to the largest of `b`.
func largestError(_ a: [Float], _ b: [Float]) -> Double {
  guard a.count == b.count else { return .infinity }
  let scale = b.reduce(0) { max($0, abs(Double($1))) }
  return zip(a, b).reduce(0) { max($0, abs(Double($1.0) - Double($1.1))) } / max(scale, 1e-30)
}
