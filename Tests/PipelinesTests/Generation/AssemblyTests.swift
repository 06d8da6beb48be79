import Checkpoints
import Pipelines
import TemporaryFolders
import Tensors
import Testing

/// What does not fit is refused with its name, before anything is computed or overwritten.
@Suite struct AssemblyTests {
  private func parts(_ model: String = "stable_audio") -> PipelineParts {
    var parts = PipelineParts(backbone: "\(TinyPipeline.tiny)/\(model)")
    parts.textEncoder = "\(TinyPipeline.tiny)/text_encoder"
    parts.tokenizer = "\(TinyPipeline.tiny)/tokenizer"
    parts.videoEncoder = "\(TinyPipeline.tiny)/video_encoder"
    parts.bridge = "\(TinyPipeline.tiny)/bridge.safetensors"
    return parts
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "nothing was thrown"
    } catch {
      return "\(error)"
    }
  }

  @Test func countsTheBridgesParameters() throws {
    let folder = try TemporaryFolder()
    let result = try Assembly(parts()).write(to: folder("pipeline"))
    // to_q 48·64, to_kv 96·48, to_out 64·48, norm 2·64, gate 1, adapter 2·48·40 + 40 + 48
    #expect(result.bridgeParameters.block == 3072 + 4608 + 3072 + 128 + 1 + 3928)
    #expect(result.bridgeParameters.total == 2 * result.bridgeParameters.block)
    #expect(!result.isFresh)
  }

  @Test func freshBridgeAddsNothing() throws {
    let folder = try TemporaryFolder()
    var fresh = parts()
    fresh.bridge = nil
    let result = try Assembly(fresh).write(to: folder("pipeline"))
    #expect(result.isFresh)
    var (_, request) = try TinyPipeline.reference("unguided")
    request.steps = 2
    let generator = Generator(try Pipeline(path: folder("pipeline")))
    let bridged = try generator.generate(request)
    request.videoScale = 0
    #expect(try generator.generate(request).latents == bridged.latents)
  }

  @Test func doesNotReplaceUnasked() throws {
    let folder = try TemporaryFolder()
    var assembly = Assembly(parts())
    _ = try assembly.write(to: folder("pipeline"))
    #expect(message { _ = try assembly.write(to: folder("pipeline")) }.contains("is a pipeline already"))
    assembly.replaces = true
    assembly.copies = true
    let copied = try assembly.write(to: folder("pipeline")).manifest
    #expect(copied.parts.allSatisfy { !$0.path.contains("/") })
    _ = try Pipeline(path: folder("pipeline"), verifying: true)
  }

  @Test func refusesPartsThatDoNotFit() throws {
    let folder = try TemporaryFolder()
    var other = parts()
    other.textEncoder = "\(TinyPipeline.tiny)/text_encoder_v1_1"
    #expect(message { _ = try Assembly(other).write(to: folder("a")) }.contains("is 40 wide, expected 64"))
    var alone = parts()
    alone.videoEncoder = nil
    #expect(message { _ = try Assembly(alone).write(to: folder("b")) }.contains("needs the video encoder"))
    var nothing = PipelineParts(backbone: "\(TinyPipeline.tiny)/stable_audio")
    nothing.videoEncoder = parts().videoEncoder
    #expect(message { _ = try Assembly(nothing).write(to: folder("c")) }.contains("--text-encoder"))
    var wrong = parts()
    wrong.bridge = "\(TinyPipeline.tiny)/text_encoder/model.safetensors"
    #expect(message { _ = try Assembly(wrong).write(to: folder("d")) }.contains("the file is no bridge"))
    #expect(folder.names.isEmpty)
  }

  @Test func noticesFilesThatChanged() throws {
    let folder = try TemporaryFolder()
    var assembly = Assembly(parts())
    assembly.copies = true
    let path = folder("pipeline")
    _ = try assembly.write(to: path)
    let weights = "pipeline/text_encoder/model.safetensors"
    var bytes = try folder.bytes(weights)
    bytes[bytes.count - 1] ^= 1
    try folder.put(weights, bytes)
    _ = try Pipeline(path: path)
    #expect(message { _ = try Pipeline(path: path, verifying: true) }.contains("SHA-256"))
    try folder.put(weights, Array(bytes.dropLast(4)))
    #expect(message { _ = try Pipeline(path: path) }.contains("was assembled with"))
    try folder.put("pipeline/pipeline.json", #"{"format": "foley-pipeline", "version": 9}"#)
    #expect(message { _ = try Pipeline(path: path) }.contains("version 9"))
  }

  @Test func refusesNaN() throws {
    let folder = try TemporaryFolder()
    var assembly = Assembly(parts())
    assembly.copies = true
    let path = folder("pipeline")
    _ = try assembly.write(to: path)
    let bridge = try Checkpoint.open(path: "\(path)/bridge.safetensors")
    var values = try bridge.tensor("blocks.1.to_q.weight").floats()
    values[7] = .nan
    let bad = try bridge.entries.map { entry -> (name: Name, tensor: Tensor) in
      guard entry.name == "blocks.1.to_q.weight" else { return (entry.name, try entry.tensor) }
      return (entry.name, try Tensor(floats: values, shape: entry.type.shape ?? []))
    }
    try Checkpoint.write(bad, metadata: bridge.metadata, to: folder("bad.safetensors"))
    var spoilt = parts()
    spoilt.bridge = folder("bad.safetensors")
    _ = try Assembly(spoilt).write(to: folder("spoilt"))
    let (_, request) = try TinyPipeline.reference("unguided")
    let generator = Generator(try Pipeline(path: folder("spoilt")))
    #expect(message { _ = try generator.generate(request) }.contains("blocks.1.to_q.weight"))
  }
}
