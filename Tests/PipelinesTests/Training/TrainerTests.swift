import Checkpoints
import Families
import Graphs
import Kernels
import Passes
@testable import Pipelines
import Runtime
import Tensors
import Testing

/// The training of the tiny bridge against PyTorch's autograd and optimizer.
@Suite struct TrainerTests {
  /// The tiny backbone with its bridge, its loss and the gradients, and the batch of the reference.
  struct Setup {
    let graph: Graph
    let weights: [Name: Tensor]
    let inputs: [Name: Tensor]

    init(_ precision: Precision = .f32) throws {
      let tiny = try TinyPipeline()
      defer { withExtendedLifetime(tiny) {} }
      let (bridge, checkpoint) = try #require(try tiny.pipeline.bridge())
      let backbone = try tiny.pipeline.model("backbone")
      let passes = [Pass.insertVideoAttention(bridge)] + Pass.inference + Pass.training + precision.passes
      graph = try passes.run(on: backbone.graph)
      var weights: [Name: Tensor] = [:]
      for entry in checkpoint.entries { weights[entry.name] = try entry.tensor }
      for (_, parameter) in graph.parameters {
        weights[parameter.path] = try backbone.weights.tensor(parameter.path)
      }
      self.weights = weights
      inputs = try Self.batch()
    }

    private static func batch() throws -> [Name: Tensor] {
      let reference = try TrainerTests.reference("gradients")
      let (clean, noise) = (try reference.tensor("latents"), try reference.tensor("noise"))
      let times = try reference.tensor("timestep").floats()
      var (noisy, target): ([Float], [Float]) = ([], [])
      let count = (clean.type.count ?? 0) / times.count
      for (row, time) in times.enumerated() {
        let range = row * count..<(row + 1) * count
        let made = Objective.v.noised(
          Array(try clean.floats()[range]), with: Array(try noise.floats()[range]), at: Double(time))
        noisy += made.noisy
        target += made.target
      }
      return [
        "hidden_states": try Tensor(floats: noisy, shape: clean.shape),
        "target": try Tensor(floats: target, shape: clean.shape),
        "loss_weight": try Tensor(floats: Array(repeating: 1, count: 2 * 21), shape: [2, 1, 21]),
        "timestep": try reference.tensor("timestep"),
        "encoder_hidden_states": try reference.tensor("encoder_hidden_states"),
        "global_hidden_states": try reference.tensor("global_hidden_states"),
        "video": try reference.tensor("video_tokens"),
        "video_scale": try Tensor(floats: [1], shape: []),
      ]
    }

    func weight(_ path: Name) throws(Diagnostic) -> Tensor {
      guard let tensor = weights[path] else { throw Diagnostic("no \(path)") }
      return tensor
    }

    func trainer(_ settings: TrainerSettings) throws -> Trainer {
      try Trainer(
        graph, inputs: inputs.mapValues(\.type), weights: { path throws(Diagnostic) in try weight(path) },
        frozen: { path throws(Diagnostic) in try weight(path) }, settings, options: SessionOptions())
    }
  }

  static func reference(_ name: String) throws -> Checkpoint {
    try Checkpoint.open(path: "\(TinyPipeline.fixtures)/references/generate/\(name).safetensors")
  }

  @Test func gradientsAreAutograds() throws {
    let setup = try Setup()
    let reference = try Self.reference("gradients")
    var session = try Session(setup.graph, parameters: { path throws(Diagnostic) in try setup.weight(path) })
    var inputs = setup.inputs
    let names = setup.graph.outputs.map(\.name).filter { $0.text.hasPrefix("gradient.") }
    for name in names {
      let path = Name(String(name.text.dropFirst("gradient.".count)))
      inputs[path] = try setup.weight(path)
    }
    let results = try session.run(inputs)
    #expect(names.count == 20)
    for name in names + ["loss"] {
      let (ours, theirs) = (try #require(results[name]), try reference.tensor(name))
      #expect(ours.shape == theirs.shape)
      #expect(largestError(try ours.floats(), try theirs.floats()) <= 1e-4, "\(name)")
    }
  }

  /// Within what rounding to eight bits does to sums of a few dozen products, layer after layer.
  @Test func gradientsInBF16AreNearAutograds() throws {
    let setup = try Setup(.bf16)
    let reference = try Self.reference("gradients")
    #expect(setup.graph.nodes.contains { $0.op.name == "narrow_linear" })
    var trainer = try setup.trainer(TrainerSettings())
    let loss = try trainer.add(setup.inputs)
    let expected = try reference.tensor("loss").floats()[0]
    #expect(abs(loss / Double(expected) - 1) <= 1e-2)
    for (path, _) in trainer.weightTypes {
      let theirs = try reference.tensor("gradient.\(path)").floats()
      try trainer.withGradient(path) { (ours) throws(Diagnostic) in
        let error = largestError(Array(ours), theirs)
        #expect(error <= 4e-2 && error > 0, "\(path): \(error)")
      }
    }
  }

  @Test func stepsInBF16GiveTheSameBytesOnAnyNumberOfThreads() throws {
    let setup = try Setup(.bf16)
    defer { try? Machine.use() }
    let losses = try [1, 2, 3].map { threads in
      try Machine.use(threads: threads)
      var trainer = try setup.trainer(TrainerSettings())
      return try (0..<3).map { _ in
        let loss = try trainer.add(setup.inputs)
        _ = try trainer.update(rate: 1e-3)
        return loss
      }
    }
    #expect(losses[0] == losses[1] && losses[0] == losses[2])
  }

  @Test func hundredStepsAreAdamWs() throws {
    let setup = try Setup()
    let reference = try Self.reference("training")
    let (losses, norms) = (
      try reference.tensor("losses").floats(), try reference.tensor("norms").floats()
    )
    var settings = TrainerSettings()
    settings.optimizer.beta2 = 0.98
    settings.optimizer.decay = 0.1
    settings.largestNorm = 0.5
    var trainer = try setup.trainer(settings)
    for step in 0..<100 {
      let loss = try trainer.add(setup.inputs)
      let norm = try trainer.update(rate: 3e-4 * min(1, Double(step + 1) / 10))
      #expect(abs(loss / Double(losses[step]) - 1) <= 1e-3, "loss of step \(step)")
      #expect(abs(norm / Double(norms[step]) - 1) <= 1e-2, "norm of step \(step)")
    }
    for (path, _) in trainer.weightTypes {
      let theirs = try reference.tensor("trained.\(path)").floats()
      try trainer.withTrained(path) { (ours) throws(Diagnostic) in
        #expect(largestError(Array(ours), theirs) <= 1e-3, "\(path)")
      }
    }
  }
}
