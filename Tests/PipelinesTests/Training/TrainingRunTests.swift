import Checkpoints
import Foundation
import Passes
@testable import Pipelines
import Runtime
import Tensors
import Testing

/// A run of the tiny bridge: what it learns, and that nothing it does depends on when it was cut off.
@Suite struct TrainingRunTests {
  private static func settings(steps: Int) -> TrainingSettings {
    var settings = TrainingSettings()
    (settings.steps, settings.batch, settings.accumulation) = (steps, 2, 2)
    (settings.learningRate.base, settings.learningRate.warmup) = (1e-3, 2)
    return settings
  }

  private static func run(
    _ data: TinyDataset, _ settings: TrainingSettings, in folder: String, resuming: Bool = false,
    recomputing extent: Recomputation.Extent = .fewest
  ) throws -> TrainingRun {
    var recomputation = Recomputation()
    recomputation.extent = extent
    let training = try BridgeTraining(
      data.pipeline.pipeline, try Dataset(path: data.path), settings, recomputation, options: SessionOptions()
    )
    var run = try TrainingRun(training, in: RunDirectory("\(data.path)/\(folder)"), resuming: resuming)
    run.saveEvery = 4
    return run
  }

  @Test func aRunThatWasCutOffEndsAsTheOther() throws {
    let data = try TinyDataset()
    defer { withExtendedLifetime(data) {} }
    let settings = Self.settings(steps: 10)
    var whole = try Self.run(data, settings, in: "whole")
    while !whole.isDone { _ = try whole.advance() }
    do {
      var first = try Self.run(data, settings, in: "cut")
      // Ends between two states: the steps behind the last one are made again.
      while first.training.step < 6 { _ = try first.advance() }
    }
    var second = try Self.run(data, settings, in: "cut", resuming: true)
    #expect(second.training.step == 4)
    while !second.isDone { _ = try second.advance() }
    for file in ["bridges/step-00000010.safetensors", "states/step-00000010.safetensors"] {
      let contents = try ["whole", "cut"].map {
        try Data(contentsOf: URL(fileURLWithPath: "\(data.path)/\($0)/\(file)"))
      }
      #expect(contents[0] == contents[1], "\(file)")
    }
    let logs = try ["whole", "cut"].map { try TrainingLog.steps("\(data.path)/\($0)/log.jsonl") }
    #expect(logs[0].map(\.step) == Array(1...10))
    #expect(logs[0].map(\.loss) == logs[1].map(\.loss))
    #expect(logs[0].map(\.gradientNorm) == logs[1].map(\.gradientNorm))
  }

  /// The curve in bf16 is that in f32, but not to the bit; the precision is one of the run's settings.
  @Test func bf16TrainsAsF32() throws {
    let data = try TinyDataset()
    defer { withExtendedLifetime(data) {} }
    var losses: [[Double]] = []
    for precision in Precision.allCases {
      var settings = Self.settings(steps: 12)
      settings.precision = precision
      var run = try Self.run(data, settings, in: precision.rawValue)
      while !run.isDone { _ = try run.advance() }
      losses.append(try TrainingLog.steps("\(data.path)/\(precision.rawValue)/log.jsonl").map(\.loss))
      #expect(try RunDirectory("\(data.path)/\(precision.rawValue)").settings().precision == precision)
    }
    #expect(losses[0] != losses[1])
    #expect(zip(losses[0], losses[1]).allSatisfy { abs($0 / $1 - 1) < 1e-2 }, "\(losses)")
  }

  /// Whether values are kept or computed again changes no byte, and may change from one process to the next.
  @Test func whatIsRecomputedDoesNotMatter() throws {
    let data = try TinyDataset()
    defer { withExtendedLifetime(data) {} }
    let settings = Self.settings(steps: 8)
    for (folder, first, second) in [
      ("none", Recomputation.Extent.blocks(0), Recomputation.Extent.blocks(0)), ("all", .all, .all),
      ("first", .all, .blocks(0)),
    ] {
      do {
        var run = try Self.run(data, settings, in: folder, recomputing: first)
        while run.training.step < 4 { _ = try run.advance() }
      }
      var run = try Self.run(data, settings, in: folder, resuming: true, recomputing: second)
      #expect(run.training.graph.recomputed == (second == .all ? 1 : 0))
      while !run.isDone { _ = try run.advance() }
    }
    for file in ["bridges/step-00000008.safetensors", "states/step-00000008.safetensors"] {
      let contents = try ["none", "all", "first"].map {
        try Data(contentsOf: URL(fileURLWithPath: "\(data.path)/\($0)/\(file)"))
      }
      #expect(contents[0] == contents[1] && contents[0] == contents[2], "\(file)")
    }
  }

  @Test func aDamagedStateIsPassedOver() throws {
    let data = try TinyDataset()
    defer { withExtendedLifetime(data) {} }
    do {
      var run = try Self.run(data, Self.settings(steps: 10), in: "run")
      while run.training.step < 8 { _ = try run.advance() }
    }
    let path = "\(data.path)/run/states/step-00000008.safetensors"
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[bytes.count - 5] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))
    let run = try Self.run(data, Self.settings(steps: 10), in: "run", resuming: true)
    #expect(run.training.step == 4)
  }

  @Test func onlyTheSameRunIsResumed() throws {
    let data = try TinyDataset()
    defer { withExtendedLifetime(data) {} }
    do {
      var run = try Self.run(data, Self.settings(steps: 10), in: "run")
      while run.training.step < 4 { _ = try run.advance() }
      let problem = #expect(throws: Diagnostic.self) {
        _ = try Self.run(data, Self.settings(steps: 10), in: "run").isDone
      }
      #expect(problem?.message.text.hasPrefix("a run stands in") == true)
      let second = #expect(throws: Diagnostic.self) {
        _ = try Self.run(data, Self.settings(steps: 10), in: "run", resuming: true).isDone
      }
      #expect(second?.message.text == "another process trains in this directory")
      withExtendedLifetime(run.isDone) {}
    }
    let other = #expect(throws: Diagnostic.self) {
      _ = try Self.run(data, Self.settings(steps: 11), in: "run", resuming: true).isDone
    }
    #expect(other?.message.text.hasPrefix("the state is of a run with other settings") == true)
  }

  @Test func droppingAllVideoLeavesTheBackbone() throws {
    let data = try TinyDataset()
    defer { withExtendedLifetime(data) {} }
    var settings = Self.settings(steps: 1)
    settings.videoDrop = 1
    var run = try Self.run(data, settings, in: "dark")
    let line = try run.advance()
    #expect(line.gradientNorm == 0)
    #expect(line.loss > 0)
  }
}
