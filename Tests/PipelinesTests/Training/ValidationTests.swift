import Checkpoints
@testable import Pipelines
import Runtime
import Tensors
import Testing

/// What is asked of clips that are not trained on, and that asking changes nothing.
@Suite struct ValidationTests {
  private static func settings(_ steps: Int = 4) -> TrainingSettings {
    var settings = TrainingSettings()
    (settings.steps, settings.batch, settings.average) = (steps, 2, 0.5)
    (settings.learningRate.base, settings.learningRate.warmup) = (1e-3, 0)
    return settings
  }

  private static func training(_ data: TinyDataset, validation: Dataset? = nil) throws -> BridgeTraining {
    try BridgeTraining(
      data.pipeline.pipeline, try Dataset(path: data.path), validation: validation, settings(),
      options: SessionOptions())
  }

  @Test func watchingChangesNothing() throws {
    let data = try TinyDataset()
    defer { withExtendedLifetime(data) {} }
    let held = try Dataset(path: data.path).keeping { $0.id <= "clip2" }
    var watched = try Self.training(data, validation: held)
    var alone = try Self.training(data)
    #expect(try alone.validationLoss() == nil)
    var losses: [Double] = []
    for _ in 0..<4 {
      losses.append(try #require(try watched.validationLoss()))
      #expect(try watched.validationLoss() == losses.last)
      let (one, other) = (try watched.advance(), try alone.advance())
      #expect(one.loss == other.loss && one.gradientNorm == other.gradientNorm)
    }
    try watched.saveState(to: data.path + "/watched")
    try alone.saveState(to: data.path + "/alone")
    let states = try ["watched", "alone"].map { try Checkpoint.open(path: "\(data.path)/\($0)") }
    #expect(states[0].entries.count == states[1].entries.count)
    for entry in states[0].entries {
      #expect(try entry.tensor.floats() == states[1].tensor(entry.name).floats(), "\(entry.name)")
    }
    #expect(Set(losses).count == 4)
  }

  /// The loss is that of the bridge which is saved, not of the weights that are on their way.
  @Test func theAverageIsWatched() throws {
    let data = try TinyDataset()
    defer { withExtendedLifetime(data) {} }
    let held = try Dataset(path: data.path).keeping { $0.id <= "clip2" }
    var training = try Self.training(data, validation: held)
    // The average is a copy behind the first three steps.
    for _ in 0..<4 { _ = try training.advance() }
    let loss = try training.validationLoss()
    try training.saveBridge(to: data.path + "/bridge.safetensors")
    var pipeline = data.pipeline.pipeline
    let place = try #require(pipeline.manifest.parts.firstIndex { $0.name == "bridge" })
    pipeline.manifest.parts[place].path = data.path + "/bridge.safetensors"
    var saved = try BridgeTraining(
      pipeline, try Dataset(path: data.path), validation: held, Self.settings(), options: SessionOptions())
    #expect(try saved.validationLoss() == loss)
  }

  /// A batch that is not full, padded clips and all: the mean over the clips one by one.
  @Test func everyClipCountsAlike() throws {
    let data = try TinyDataset()
    defer { withExtendedLifetime(data) {} }
    let whole = try Dataset(path: data.path)
    var settings = Self.settings()
    (settings.batch, settings.lossWeighting) = (4, .minSNR)
    let layout = BatchLayout(settings, whole.sizes, .v)
    let batches = try ValidationBatches(whole, layout, .uniform)
    #expect(batches.count == 2)
    var (times, weights, shares): ([Float], [Double], Double) = ([], [], 0)
    for batch in 0..<2 {
      let (inputs, share) = try batches.inputs(batch)
      times += try #require(inputs["timestep"]).floats()
      let counts = try #require(inputs["loss_weight"]).floats()
      weights += (0..<4).map { row in
        let row = counts[row * 14..<row * 14 + 14]
        return row.reduce(0) { $0 + Double($1) } / 14 / 4 * share
      }
      shares += share
      #expect(try #require(inputs["video_keep"]).floats().prefix(4) == [1, 1, 1, 1])
    }
    #expect(shares == 8.0 / 7)
    // One in each seventh.
    #expect(Set(times.prefix(7).map { Int($0 * 7) }) == Set(0..<7))
    for (time, weight) in zip(times, weights).prefix(7) {
      let levels = Objective.v.levels(at: Double(time))
      #expect(abs(weight * 7 - LossWeighting.minSNR.weight(at: levels, gamma: 5)) < 1e-6)
    }
    #expect(weights[7] == 0)
  }

  @Test func longerClipsAreRefused() throws {
    let data = try TinyDataset()
    defer { withExtendedLifetime(data) {} }
    let whole = try Dataset(path: data.path)
    var sizes = whole.sizes
    sizes.latents = 12
    let problem = #expect(throws: Diagnostic.self) {
      _ = try ValidationBatches(whole, BatchLayout(Self.settings(), sizes, .v), .uniform)
    }
    #expect(problem?.message.text.hasPrefix("the clips for validation have up to 14 latents") == true)
  }

  @Test func aShareIsHeldOut() throws {
    let data = try TinyDataset(clips: 40)
    defer { withExtendedLifetime(data) {} }
    let whole = try Dataset(path: data.path)
    let (rest, held) = try whole.holdingOut(0.25)
    #expect((4...16).contains(held.clips.count))
    #expect(Set(rest.clips + held.clips) == Set(whole.clips) && rest.clips.count + held.clips.count == 40)
    #expect(
      try rest.sizes == whole.sizes && Set(whole.holdingOut(0.4).heldOut.clips).isSuperset(of: held.clips))
    let problem = #expect(throws: Diagnostic.self) { _ = try whole.holdingOut(1e-6) }
    #expect(problem?.message.text == "a share of 1e-06 holds out 0 of the 40 clips")
    var settings = Self.settings()
    settings.holdOut = 0.25
    let twice = #expect(throws: Diagnostic.self) {
      _ = try BridgeTraining(
        data.pipeline.pipeline, whole, validation: held, settings, options: SessionOptions()
      ).step
    }
    #expect(twice?.message.text.hasPrefix("clips for validation are given and held out") == true)
    let training = try BridgeTraining(data.pipeline.pipeline, whole, settings, options: SessionOptions())
    #expect(training.validation?.clips == held.clips)
  }

  /// Windows of one clip are on one side.
  @Test func windowsStayTogether() throws {
    let data = try TinyDataset(clips: 40) { "clip\($0 / 4)@\($0 % 4)" }
    defer { withExtendedLifetime(data) {} }
    let (rest, held) = try Dataset(path: data.path).holdingOut(0.5)
    let sides = [rest, held].map { Set($0.clips.map { $0.id.prefix { $0 != "@" } }) }
    #expect(sides[0].isDisjoint(with: sides[1]))
  }
}
