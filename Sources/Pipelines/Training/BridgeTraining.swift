import Checkpoints
import Families
import Graphs
package import Passes
package import Ranks
package import Runtime
package import Tensors

/// The training of a pipeline's bridge on a dataset, everything else frozen:
///
///     var training = try BridgeTraining(pipeline, dataset, settings, options: options)
///     while training.step < settings.steps { let report = try training.advance() }
///     try training.saveBridge(to: "bridge.safetensors")
///
/// What a step does is a function of the settings, the dataset and the state before it: the same on any number
/// of threads, and whether the run was resumed or not. On several ranks each computes every so many'th batch of a
/// step, the gradients are added up, and all move the same weights in the same way: what they do differs from what
/// one does by the order of the sums.
package struct BridgeTraining: ~Copyable {
  package let settings: TrainingSettings
  package let bridge: Bridge
  package let ranks: Ranks
  /// What is computed at each step, and the memory it takes.
  package let graph: RecomputedGraph
  var trainer: Trainer
  private var batches: TrainingBatches
  private let validationBatches: ValidationBatches?
  /// The clips that the loss is watched of; `nil` iff there are none.
  package let validation: Dataset?
  /// What the state belongs to.
  let identity: String

  /// What a step did.
  package struct Report: Sendable {
    /// Counted from 1.
    package let step: Int
    package let loss: Double
    /// The norm of the gradient before it was clipped.
    package let gradientNorm: Double
    package let learningRate: Double
  }

  /// Compiles the bridged backbone with its loss and gradients.
  ///
  /// The loss is watched of `validation`, or of what the settings hold out of the dataset. Throws iff a setting
  /// makes no sense, a rank has nothing to do, the pipeline has no bridge, a dataset was made by other models than
  /// the pipeline's, clips for validation are given and held out, too, or do not fit, or the memory is more than is
  /// allowed or cannot be had.
  package init(
    _ pipeline: Pipeline, _ dataset: Dataset, validation: Dataset? = nil, _ settings: TrainingSettings,
    _ recomputation: Recomputation = Recomputation(), ranks: Ranks = .alone, options: SessionOptions
  ) throws(Diagnostic) {
    try settings.check()
    guard ranks.count <= settings.accumulation else { throw .idle(ranks.count, settings.accumulation) }
    let (dataset, validation) = try Self.split(dataset, validation, settings)
    guard let (bridge, checkpoint) = try pipeline.bridge() else { throw .noBridge(pipeline.path) }
    for dataset in [dataset, validation].compactMap(\.self) { try dataset.check(pipeline, bridge) }
    let backbone = try pipeline.model("backbone")
    let batches = TrainingBatches(dataset, settings, pipeline.manifest.sampling.objective)
    let passes =
      [Pass.insertVideoAttention(bridge, dropping: true)] + Pass.inference + Pass.training
      + settings.precision.passes
    var rules = TrainerSettings()
    (rules.optimizer, rules.largestNorm) = (settings.optimizer, settings.largestNorm)
    (rules.accumulates, rules.averages) = (settings.accumulation > 1, settings.average != nil)
    let graph = try RecomputedGraph(try passes.run(on: backbone.graph), recomputation) {
      (graph) throws(Diagnostic) in
      try TrainerMemory(of: graph, inputs: batches.layout.types, rules, options: options) {
        (path) throws(Diagnostic) in try backbone.weights.tensor(path).type.element
      }
    }
    let validationBatches = try validation.map { (dataset) throws(Diagnostic) in
      try ValidationBatches(dataset, batches.layout, settings.timesteps)
    }
    let identity = try Self.identity(pipeline, dataset, settings)
    let trainer = try Trainer(
      graph.graph, inputs: batches.layout.types,
      weights: { (path) throws(Diagnostic) in try checkpoint.tensor(path) },
      frozen: { (path) throws(Diagnostic) in try backbone.weights.tensor(path) }, rules, options: options)
    self.graph = graph
    self.trainer = trainer
    self.identity = identity
    self.batches = batches
    self.validationBatches = validationBatches
    self.validation = validation
    self.settings = settings
    self.bridge = bridge
    self.ranks = ranks
  }

  /// Steps made so far.
  package var step: Int { trainer.step }

  /// Makes the next step.
  ///
  /// Throws iff the loss or a gradient is not finite, naming the clips, or the run is cancelled: the state is
  /// then that before the step. On several ranks all throw if one does.
  package mutating func advance() throws(Diagnostic) -> Report {
    let (step, ranks) = (trainer.step, self.ranks)
    let part = try ranks.together { () throws(Diagnostic) in try addBatches() }
    let loss = try ranks.sum(part)
    try trainer.withSums { (gradients) throws(Diagnostic) in try ranks.sum(gradients) }
    let rate = settings.learningRate.rate(at: step, of: settings.steps)
    let share = settings.averageShare(at: step + 1)
    let norm = try ranks.together { () throws(Diagnostic) in
      try trainer.update(rate: rate, averageShare: share)
    }
    return Report(step: step + 1, loss: loss, gradientNorm: norm, learningRate: rate)
  }

  /// Computes this rank's batches of the step and gives its part of the loss.
  private mutating func addBatches() throws(Diagnostic) -> Double {
    let step = trainer.step
    var loss = 0.0
    for batch in ranks.share(of: settings.accumulation) {
      do throws(Diagnostic) {
        let inputs = try batches.inputs(step: step, batch: batch)
        let share = 1 / Double(settings.accumulation)
        loss += try trainer.add(inputs, share: share) * share
      } catch {
        throw error.noting("the clips are \(batches.clips(step: step, batch: batch).joined(separator: ", "))")
      }
    }
    return loss
  }

  /// The mean loss on the clips for validation, of the bridge as it is to be used and with nothing left out;
  /// `nil` iff there are none. The next steps are what they would be without it.
  ///
  /// The ranks share the batches. `progress` is told how many are done, and how many there are. Throws iff the loss
  /// is not finite or the run is cancelled, on all ranks if on one.
  package mutating func validationLoss(progress: (Int, Int) -> Void = { _, _ in }) throws(Diagnostic)
    -> Double?
  {
    guard let batches = validationBatches else { return nil }
    let part = try ranks.together { () throws(Diagnostic) in
      var loss = 0.0
      for batch in ranks.share(of: batches.count) {
        progress(batch, batches.count)
        let (inputs, share) = try batches.inputs(batch)
        loss += try trainer.trainedLoss(inputs) * share
      }
      return loss
    }
    return try ranks.sum(part)
  }

  /// The ids of the clips of step `step`, counted from 0.
  package mutating func clips(of step: Int) -> [String] {
    var clips: [String] = []
    for batch in 0..<settings.accumulation { clips += batches.clips(step: step, batch: batch) }
    return clips
  }

  /// Writes all that the next step depends on.
  package func saveState(to path: String) throws(Diagnostic) {
    try TrainingState.save(trainer, of: identity, to: path)
  }

  /// Goes on from a state. Throws iff the file is damaged, or of a run with other settings, models or clips.
  package mutating func restoreState(from path: String) throws(Diagnostic) {
    try TrainingState.restore(&trainer, of: identity, from: path)
  }

  /// Writes the bridge as it is to be used: the average of its weights where one is kept.
  package func saveBridge(to path: String) throws(Diagnostic) {
    var metadata = bridge.metadata.map { (key: Name($0.key), value: $0.value) }
    metadata.append(("trained_steps", "\(trainer.step)"))
    var writer = try SafetensorsWriter(to: path, declaring: trainer.weightTypes, metadata: metadata)
    for name in writer.names {
      try trainer.withTrained(name) { (values) throws(Diagnostic) in
        try writer.write(UnsafeRawBufferPointer(values), to: name)
      }
    }
    try writer.commit()
  }

  /// What is trained on, and what the loss is watched of.
  private static func split(_ dataset: Dataset, _ validation: Dataset?, _ settings: TrainingSettings)
    throws(Diagnostic) -> (Dataset, validation: Dataset?)
  {
    guard settings.holdOut > 0 else { return (dataset, validation) }
    guard validation == nil else { throw .validatedTwice() }
    let (rest, heldOut) = try dataset.holdingOut(settings.holdOut)
    return (rest, heldOut)
  }

  /// A digest of everything that a run has to share with the one it goes on from.
  private static func identity(_ pipeline: Pipeline, _ dataset: Dataset, _ settings: TrainingSettings)
    throws(Diagnostic) -> String
  {
    var text = "\(settings.json.printed())\n"
    for part in pipeline.manifest.parts {
      text += "\(part.name) \(part.digest)\n"
    }
    for clip in dataset.clips { text += "\(clip.id)\n" }
    return try FileDigest.sha256(ofText: text)
  }
}

extension Diagnostic {
  fileprivate static func idle(_ ranks: Int, _ batches: Int) -> Diagnostic {
    Diagnostic(
      "\(ranks) ranks are to share steps of \(batches) batches",
      help: "start as many ranks as a step has batches, or fewer", kind: .usage)
  }
  fileprivate static func noBridge(_ path: String) -> Diagnostic {
    Diagnostic(
      "the pipeline has no bridge to train", at: path, help: "assemble it with --video-encoder", kind: .usage)
  }
  fileprivate static func validatedTwice() -> Diagnostic {
    Diagnostic(
      "clips for validation are given and held out of the dataset, too", help: "choose one of the two",
      kind: .usage)
  }
}
