import Foundation
@testable import Pipelines
import Runtime
import TemporaryFolders
import Tensors
import Testing

/// The files that TensorBoard reads: the bytes of its own writer, and each step once.
@Suite struct EventFileTests {
  private static let validation = TrainingLog.Validation(
    step: 0, loss: 1.5, seconds: 2, time: 1_699_999_999.5)

  @Test func bytesAreTensorBoards() throws {
    let folder = try TemporaryFolder()
    _ = try folder.put("events.out.tfevents.1600000000.foley", "of a run that was cut off")
    _ = try folder.put("events.out.tfevents.1600000000.other", "of somebody else")
    let file = try EventFile(
      in: folder.path, beginning: [.validation(Self.validation)], at: 1_700_000_000.75)
    let report = BridgeTraining.Report(step: 300, loss: 0.8125, gradientNorm: 2.5, learningRate: 1e-4)
    try file.append(.step(TrainingLog.Step(report, seconds: 0.25, time: 1_700_000_000.25)))
    let name = "events.out.tfevents.1700000000.foley"
    let upstream = try Data(contentsOf: URL(fileURLWithPath: "\(TinyPipeline.fixtures)/events/\(name)"))
    #expect(try folder.bytes(name) == Array(upstream))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        == ["events.out.tfevents.1600000000.other", name])
  }

  /// A run that is cut off and gone on with has every step and validation once, in log and events alike.
  @Test func aResumedRunShowsEveryStepOnce() throws {
    let data = try TinyDataset()
    defer { withExtendedLifetime(data) {} }
    var settings = TrainingSettings()
    (settings.steps, settings.batch, settings.holdOut) = (8, 2, 0.3)
    let log = "\(data.path)/run/log.jsonl"
    do {
      var run = try Self.run(data, settings, resuming: false)
      while run.training.step < 6 {
        _ = try run.validate()
        _ = try run.advance()
      }
    }
    #expect(try TrainingLog.entries(log).map(\.step) == [0, 1, 2, 2, 3, 4, 4, 5, 6])
    var run = try Self.run(data, settings, resuming: true)
    #expect(run.training.step == 4)
    #expect(try TrainingLog.entries(log).map(\.step) == [0, 1, 2, 2, 3, 4, 4])
    while !run.isDone {
      _ = try run.validate()
      _ = try run.advance()
    }
    #expect(try run.validate() != nil && run.validate() == nil)
    let entries = try TrainingLog.entries(log)
    #expect(entries.map(\.step) == [0, 1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8, 8])
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(data.path)/run")
      .filter { $0.contains("tfevents") }
    #expect(names.count == 1)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(data.path)/run/\(names[0])"))
    let whole = EventFile.bytes(of: entries, at: 0)
    #expect(Array(bytes) == whole)
  }

  private static func run(_ data: TinyDataset, _ settings: TrainingSettings, resuming: Bool) throws
    -> TrainingRun
  {
    let training = try BridgeTraining(
      data.pipeline.pipeline, try Dataset(path: data.path), settings, options: SessionOptions())
    var run = try TrainingRun(training, in: RunDirectory("\(data.path)/run"), resuming: resuming)
    (run.saveEvery, run.validateEvery) = (4, 2)
    return run
  }
}
