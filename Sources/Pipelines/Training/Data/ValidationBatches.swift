import Tensors

/// What the denoiser is asked about clips that it is not trained on: each once, always with the same noise at the
/// same time, and nothing left out.
///
/// The times are spread evenly over those that training draws, so that the mean over the clips is that over the
/// times; which clip gets which is a function of the ids, whatever the run's seed.
struct ValidationBatches {
  private let dataset: Dataset
  private let layout: BatchLayout
  private let times: [Double]

  /// Throws iff the clips are longer than the layout is for, or of other widths.
  init(_ dataset: Dataset, _ layout: BatchLayout, _ timesteps: TimestepSampler) throws(Diagnostic) {
    try dataset.check(layout.sizes)
    let keys = try dataset.clips.map { (clip) throws(Diagnostic) in try KeyedRandom.seed(of: clip.id) }
    var times = Array(repeating: 0.0, count: keys.count)
    for (place, clip) in keys.indices.sorted(by: { keys[$0] < keys[$1] }).enumerated() {
      times[clip] = timesteps.time(at: (Double(place) + 0.5) / Double(keys.count))
    }
    (self.dataset, self.layout, self.times) = (dataset, layout, times)
  }

  /// Batches that hold all clips; the last may not be full.
  var count: Int { (times.count + layout.rows - 1) / layout.rows }

  /// The inputs of batch `batch`, and what its loss adds to the mean over all clips.
  ///
  /// What is left of the last batch is filled with rows that count nothing.
  func inputs(_ batch: Int) throws(Diagnostic) -> (inputs: [Name: Tensor], share: Double) {
    var rows: [BatchLayout.Row] = []
    for item in batch * layout.rows..<(batch + 1) * layout.rows {
      let clip = min(item, times.count - 1)
      var noise = KeyedRandom(
        seed: try KeyedRandom.seed(of: dataset.clips[clip].id), .validation, step: 0)
      var row = try layout.row(
        try dataset.example(clip), at: times[clip], &noise, showing: BatchLayout.Shown())
      if item > clip {
        row = row.map { ($0.name, $0.name == "loss_weight" ? $0.values.map { _ in 0 } : $0.values) }
      }
      rows.append(row)
    }
    return (try layout.inputs(rows), Double(layout.rows) / Double(times.count))
  }
}

extension Dataset {
  /// Throws iff the clips do not fit into batches of `most`.
  fileprivate func check(_ most: Sizes) throws(Diagnostic) {
    var fitting = most
    (fitting.latents, fitting.videoTokens) = (sizes.latents, sizes.videoTokens)
    guard sizes == fitting else { throw .otherWidths(path) }
    guard sizes.latents <= most.latents, sizes.videoTokens <= most.videoTokens else {
      throw .longer(sizes, most, path)
    }
  }
}

extension Diagnostic {
  fileprivate static func otherWidths(_ path: String) -> Diagnostic {
    Diagnostic(
      "the tensors for validation are of other widths than those trained on", at: path,
      help: "prepare both datasets with this pipeline")
  }
  fileprivate static func longer(_ sizes: Dataset.Sizes, _ most: Dataset.Sizes, _ path: String) -> Diagnostic
  {
    Diagnostic(
      "the clips for validation have up to \(sizes.latents) latents and \(sizes.videoTokens) video tokens",
      at: path, note: "those trained on have up to \(most.latents) and \(most.videoTokens)",
      help: "prepare both datasets with the same --seconds")
  }
}
