import Tensors

/// What the denoiser is shown at each step: clips drawn in order, noised, and with some of their conditioning
/// left out. A function of the seed and the step.
struct TrainingBatches {
  let layout: BatchLayout
  private let dataset: Dataset
  private let settings: TrainingSettings
  private var order: EpochOrder

  init(_ dataset: Dataset, _ settings: TrainingSettings, _ objective: Objective) {
    (self.dataset, self.settings) = (dataset, settings)
    layout = BatchLayout(settings, dataset.sizes, objective)
    order = EpochOrder(seed: settings.seed, count: dataset.clips.count)
  }

  /// The ids of the clips of batch `batch` of step `step`.
  mutating func clips(step: Int, batch: Int) -> [String] {
    items(batch).map { dataset.clips[order.clip(at: step * settings.clipsPerStep + $0)].id }
  }

  /// The inputs of batch `batch` of step `step`, both counted from 0.
  mutating func inputs(step: Int, batch: Int) throws(Diagnostic) -> [Name: Tensor] {
    var rows: [BatchLayout.Row] = []
    for item in items(batch) {
      let example = try dataset.example(order.clip(at: step * settings.clipsPerStep + item))
      rows.append(try row(example, step, item))
    }
    return try layout.inputs(rows)
  }

  private func items(_ batch: Int) -> Range<Int> { batch * settings.batch..<(batch + 1) * settings.batch }

  /// The `item`-th row of the step.
  private func row(_ example: Dataset.Example, _ step: Int, _ item: Int) throws(Diagnostic)
    -> BatchLayout.Row
  {
    let seed = settings.seed
    let time = settings.timesteps.time(seed: seed, step: step, item: item, of: settings.clipsPerStep)
    var noise = KeyedRandom(seed: seed, .noise, step: step, item: item)
    var text = KeyedRandom(seed: seed, .textDrop, step: step, item: item)
    let kept = keptTokens(step, item)
    let shown = BatchLayout.Shown(text: text.uniform() >= settings.textDrop) { kept[$0] }
    return try layout.row(example, at: time, &noise, showing: shown)
  }

  /// Whether each video token is shown.
  private func keptTokens(_ step: Int, _ item: Int) -> [Bool] {
    var whole = KeyedRandom(seed: settings.seed, .videoDrop, step: step, item: item)
    var each = KeyedRandom(seed: settings.seed, .tokenDrop, step: step, item: item)
    let isDropped = whole.uniform() < settings.videoDrop
    return (0..<dataset.sizes.videoTokens).map { _ in
      let isLeftOut = each.uniform() < settings.tokenDrop
      return !isDropped && !isLeftOut
    }
  }
}
