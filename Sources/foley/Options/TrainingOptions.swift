import ArgumentParser
import Pipelines
import Runtime
import Tensors

/// The choices of a training that is begun.
struct TrainingOptions: ParsableArguments {
  @Option(help: "Steps of the optimizer. (default: 10000)")
  var steps: Int?

  @Option(help: "Clips computed together. (default: 12)")
  var batch: Int?

  @Option(help: "Batches a step is made of, on each rank. (default: 1)")
  var accumulation: Int?

  @Option(help: "The highest learning rate. (default: 0.0001)")
  var learningRate: Double?

  @Option(help: "Steps over which the learning rate rises. (default: 500)")
  var warmup: Int?

  @Option(help: "The course of the learning rate behind that. (default: cosine)")
  var schedule: LearningRate.Course?

  @Option(help: "The learning rate at the end, as a share of the highest. (default: 0.1)")
  var lastRate: Double?

  @Option(help: "How strongly matrices are drawn to zero. (default: 0.01)")
  var weightDecay: Double?

  @Option(help: "The norm that gradients are clipped to; 0 for none. (default: 1)")
  var clip: Double?

  @Option(help: "Which times the denoiser is trained at. (default: uniform)")
  var timesteps: TimestepSampler?

  @Option(help: "What the error at each noise level counts. (default: none)")
  var lossWeighting: LossWeighting?

  @Option(help: "The signal-to-noise ratio at which the weights of min-snr stay. (default: 5)")
  var snrGamma: Double?

  @Option(help: "The share of video tokens left out. (default: 0.1)")
  var tokenDrop: Double?

  @Option(help: "The share of clips whose video is left out. (default: 0.1)")
  var videoDrop: Double?

  @Option(help: "The share of clips whose text is left out. (default: 0.1)")
  var textDrop: Double?

  @Option(help: "The share of the dataset's clips that is kept for validation. (default: 0)")
  var holdOut: Double?

  @Option(help: "The decay of the running average of the weights; 0 for none. (default: 0.9999)")
  var average: Double?

  @Option(help: "Keys all random numbers. (default: 0)")
  var seed: UInt64?

  /// Whether anything was asked for.
  var isGiven: Bool {
    let numbers: [Any?] = [
      steps, batch, accumulation, learningRate, warmup, schedule, lastRate, weightDecay, clip, timesteps,
      lossWeighting, snrGamma, tokenDrop, videoDrop, textDrop, holdOut, average, seed,
    ]
    return numbers.contains { $0 != nil }
  }

  /// The settings of a run that is begun on `ranks` ranks. Throws iff a number is out of its range.
  func settings(ranks: Int) throws(Diagnostic) -> TrainingSettings {
    var settings = TrainingSettings()
    settings.steps = steps ?? settings.steps
    settings.batch = batch ?? settings.batch
    let batches = (accumulation ?? settings.accumulation).multipliedReportingOverflow(by: ranks)
    settings.accumulation = batches.overflow ? .max : batches.partialValue
    settings.learningRate.base = learningRate ?? settings.learningRate.base
    settings.learningRate.warmup = warmup ?? settings.learningRate.warmup
    settings.learningRate.course = schedule ?? settings.learningRate.course
    settings.learningRate.last = lastRate ?? settings.learningRate.last
    settings.optimizer.decay = weightDecay ?? settings.optimizer.decay
    if let clip { settings.largestNorm = clip == 0 ? nil : clip }
    settings.timesteps = timesteps ?? settings.timesteps
    settings.lossWeighting = lossWeighting ?? settings.lossWeighting
    settings.snrGamma = snrGamma ?? settings.snrGamma
    settings.tokenDrop = tokenDrop ?? settings.tokenDrop
    settings.videoDrop = videoDrop ?? settings.videoDrop
    settings.textDrop = textDrop ?? settings.textDrop
    settings.holdOut = holdOut ?? settings.holdOut
    if let average { settings.average = average == 0 ? nil : average }
    settings.seed = seed ?? settings.seed
    try settings.check()
    return settings
  }
}

extension LearningRate.Course: ExpressibleByArgument {}
extension LossWeighting: ExpressibleByArgument {}
extension TimestepSampler: ExpressibleByArgument {}
