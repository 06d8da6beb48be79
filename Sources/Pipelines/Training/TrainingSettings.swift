import Glibc
package import Passes
package import Runtime
package import Tensors

/// How a bridge is trained. All of it is written into the run's state: a run is resumed as it was begun.
package struct TrainingSettings: Hashable, Sendable {
  /// What forward and backward compute in; weights, their gradients and the optimizer are `f32`.
  package var precision = Precision.f32
  /// Keys all random numbers.
  package var seed: UInt64 = 0
  /// Steps of the optimizer.
  package var steps = 10_000
  /// Clips computed together.
  package var batch = 12
  /// Batches a step is made of, those of all ranks together: a run goes on with more ranks or fewer.
  package var accumulation = 1
  package var learningRate = LearningRate()
  package var optimizer = AdamW()
  /// The norm that gradients are clipped to, or `nil`.
  package var largestNorm: Double? = 1
  package var timesteps = TimestepSampler.uniform
  package var lossWeighting = LossWeighting.none
  /// The signal-to-noise ratio that a weight does not grow beyond, of `LossWeighting.minSNR`.
  package var snrGamma = 5.0
  /// The share of video tokens left out, each by itself.
  package var tokenDrop = 0.1
  /// The share of clips whose video is left out altogether, so that guidance has a row without it.
  package var videoDrop = 0.1
  /// The share of clips whose text is left out.
  package var textDrop = 0.1
  /// The share of the dataset's clips that is not trained on, but that the loss is watched of.
  package var holdOut = 0.0
  /// The decay of the running average of the weights, or `nil` to keep none.
  package var average: Double? = 0.9999

  package init() {}

  /// The most steps a run has, and the most clips a step is made of.
  static let mostSteps = 1 << 24

  /// Clips of one step.
  package var clipsPerStep: Int { batch * accumulation }

  /// How far the average moves towards the weights of step `step`, counted from 1.
  ///
  /// Source: `ema_pytorch`, `EMA.get_current_decay`, with inv_gamma 1 and power 3/4.
  func averageShare(at step: Int) -> Double {
    guard let average, step > 3 else { return 1 }
    return 1 - min(average, 1 - pow(Double(step - 1), -0.75))
  }

  /// Throws iff a number is out of its range.
  package func check() throws(Diagnostic) {
    for (name, count) in [("steps", steps), ("batch", batch), ("accumulation", accumulation)] {
      guard count >= 1, count <= Self.mostSteps else { throw .count(name, count) }
    }
    guard clipsPerStep < Self.mostSteps else { throw .count("clips a step", clipsPerStep) }
    for (name, share) in [("token drop", tokenDrop), ("video drop", videoDrop), ("text drop", textDrop)]
      + [("share held out", holdOut)]
    {
      guard (0...1).contains(share) else { throw .share(name, share) }
    }
    guard snrGamma > 0, snrGamma.isFinite else { throw .gamma(snrGamma) }
    if let average { guard average >= 0, average < 1 else { throw .share("average", average) } }
    try learningRate.check()
    try optimizer.check()
  }
}

extension Diagnostic {
  fileprivate static func count(_ name: String, _ count: Int) -> Diagnostic {
    Diagnostic("\(name) is \(count), expected 1 to 16777216", kind: .usage)
  }
  fileprivate static func gamma(_ gamma: Double) -> Diagnostic {
    Diagnostic("the gamma of min-snr is \(gamma), expected more than 0", kind: .usage)
  }
  fileprivate static func share(_ name: String, _ share: Double) -> Diagnostic {
    Diagnostic("\(name) is \(share), expected a share of 0 to 1", kind: .usage)
  }
}
