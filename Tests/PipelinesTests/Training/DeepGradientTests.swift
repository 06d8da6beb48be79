import Checkpoints
import Families
import Graphs
import Passes
@testable import Pipelines
import Runtime
import TemporaryFolders
import Tensors
import Testing

/// Gradients through six blocks in which three query heads share a key head, for two rows, against PyTorch's.
///
/// Of the frozen transformer and of the bridge only the laws of their weights are stored.
@Suite struct DeepGradientTests {
  static let folder = "\(TinyPipeline.fixtures)/references/deep"

  @Test func gradientsAreAutograds() throws {
    let reference = try Checkpoint.open(path: "\(Self.folder)/gradients.safetensors")
    let folder = try TemporaryFolder()
    try Checkpoint.write(try Self.weights("model"), to: folder("model.safetensors"))
    let config = try JSON.load(path: "\(Self.folder)/model_config.json").value
    try folder.put("model_config.json", config.printed())
    let backbone = try ModelSource(path: folder.path).model("backbone")
    let weights = Dictionary(uniqueKeysWithValues: try Self.weights("bridge").map { ($0.name, $0.tensor) })

    let metadata = try JSON.load(path: "\(Self.folder)/bridge.json")
    let fields = try metadata.keys.map { ($0.text, try metadata.string($0)) }
    let bridge = try Bridge(metadata: Dictionary(uniqueKeysWithValues: fields))
    let passes = [Pass.insertVideoAttention(bridge)] + Pass.inference + Pass.training
    var session = try Session(
      try passes.run(on: backbone.graph),
      parameters: { (path) throws(Diagnostic) in try backbone.weights.tensor(path) })

    let latents = try reference.tensor("target").shape[2]
    var inputs = weights
    for name in [
      "hidden_states", "timestep", "encoder_hidden_states", "global_hidden_states", "video", "target",
    ] as [Name] {
      inputs[name] = try reference.tensor(name)
    }
    inputs["loss_weight"] = try Tensor(
      floats: Array(repeating: 1, count: 2 * latents), shape: [2, 1, latents])
    inputs["video_scale"] = try Tensor(floats: [1], shape: [])
    let results = try session.run(inputs)
    #expect(results.count == weights.count + 1)
    for name in ["loss"] + weights.keys.map({ Name("gradient.\($0)") }) {
      let (ours, theirs) = (try #require(results[name]), try reference.tensor(name))
      #expect(ours.shape == theirs.shape)
      #expect(largestError(try ours.floats(), try theirs.floats()) <= 1e-4, "\(name)")
    }
  }

  /// The tensors whose laws `tools/fixtures/make_gradients.py` wrote to `PART.jsonl`.
  private static func weights(_ part: String) throws -> [(name: Name, tensor: Tensor)] {
    try JSONLines.read("\(folder)/\(part).jsonl").map { law in
      let shape = try law.integers("shape")
      let seed = UInt32(try law.integer("seed", in: 0...Int(UInt32.max)))
      let (offset, scale) = (try law.real("offset"), try law.real("scale"))
      let values = (0..<UInt32(shape.reduce(1, *))).map { index in
        Float(offset + scale * (2 * Double(hash(seed ^ index)) * 0x1p-32 - 1))
      }
      return (Name(try law.string("name")), try Tensor(floats: values, shape: shape))
    }
  }

  private static func hash(_ bits: UInt32) -> UInt32 {
    var bits = (bits ^ bits >> 16) &* 0x7FEB_352D
    bits = (bits ^ bits >> 15) &* 0x846C_A68B
    return bits ^ bits >> 16
  }
}
