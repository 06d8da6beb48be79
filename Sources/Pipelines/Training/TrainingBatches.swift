import Graphs
import Tensors

/// What the denoiser is shown at each step: clips drawn in order, noised, and with some of their conditioning
/// left out. A function of the seed and the step.
struct TrainingBatches {
  private let dataset: Dataset
  private let settings: TrainingSettings
  private let objective: Objective
  private var order: EpochOrder

  init(_ dataset: Dataset, _ settings: TrainingSettings, _ objective: Objective) {
    (self.dataset, self.settings, self.objective) = (dataset, settings, objective)
    order = EpochOrder(seed: settings.seed, count: dataset.clips.count)
  }

  /// The types of the inputs of a batch.
  var types: [Name: TensorType] {
    let (rows, sizes) = (settings.batch, dataset.sizes)
    let latents = TensorType(.f32, shape: [rows, sizes.channels, sizes.latents])
    return [
      "hidden_states": latents, "target": latents,
      "loss_weight": TensorType(.f32, shape: [rows, 1, sizes.latents]),
      "timestep": TensorType(.f32, shape: [rows]),
      "encoder_hidden_states": TensorType(.f32, shape: [rows, sizes.textTokens, sizes.textWidth]),
      "global_hidden_states": TensorType(.f32, shape: [rows, 1, sizes.globalWidth]),
      "video": TensorType(.f32, shape: [rows, sizes.videoTokens, sizes.videoWidth]),
      "video_keep": TensorType(.f32, shape: [rows, sizes.videoTokens, 1]),
      "video_scale": TensorType(.f32, shape: []),
    ]
  }

  /// The ids of the clips of batch `batch` of step `step`.
  mutating func clips(step: Int, batch: Int) -> [String] {
    items(batch).map { dataset.clips[order.clip(at: step * settings.clipsPerStep + $0)].id }
  }

  /// The inputs of batch `batch` of step `step`, both counted from 0.
  mutating func inputs(step: Int, batch: Int) throws(Diagnostic) -> [Name: Tensor] {
    var parts: [Name: [Float]] = [:]
    for item in items(batch) {
      let example = try dataset.example(order.clip(at: step * settings.clipsPerStep + item))
      for (name, values) in try row(example, step, item) { parts[name, default: []] += values }
    }
    parts["video_scale"] = [1]
    var inputs: [Name: Tensor] = [:]
    for (name, type) in types {
      inputs[name] = try Tensor(floats: parts[name] ?? [], shape: type.shape ?? [])
    }
    return inputs
  }

  private func items(_ batch: Int) -> Range<Int> { batch * settings.batch..<(batch + 1) * settings.batch }

  /// One row of every input: the `item`-th of the step.
  private func row(_ example: Dataset.Example, _ step: Int, _ item: Int) throws(Diagnostic) -> [(
    Name, [Float]
  )] {
    let (seed, sizes) = (settings.seed, dataset.sizes)
    let frames = example.latents.shape[1]
    let clean = Self.padded(try example.latents.floats(), columns: frames, to: sizes.latents)
    var random = KeyedRandom(seed: seed, .noise, step: step, item: item)
    let noise = random.normals(clean.count)
    let time = settings.timesteps.time(seed: seed, step: step, item: item, of: settings.clipsPerStep)
    let (noisy, target) = objective.noised(clean, with: noise, at: time)
    let share = Float(sizes.latents) / Float(max(frames, 1))
    let weight = (0..<sizes.latents).map { $0 < frames ? share : 0 }

    let video = try example.video.floats()
    let missing = sizes.videoTokens - example.video.shape[0]
    let rest = Array(repeating: Float(0), count: missing * sizes.videoWidth)
    var text = KeyedRandom(seed: seed, .textDrop, step: step, item: item)
    let cross = try example.cross.floats()
    let isTextDropped = text.uniform() < settings.textDrop
    return [
      ("hidden_states", noisy), ("target", target), ("loss_weight", weight), ("timestep", [Float(time)]),
      ("encoder_hidden_states", isTextDropped ? cross.map { _ in 0 } : cross),
      ("global_hidden_states", try example.global.floats()), ("video", video + rest),
      ("video_keep", kept(example.video.shape[0], step, item)),
    ]
  }

  /// 1 for each video token that is shown, 0 for the others and for padding.
  private func kept(_ tokens: Int, _ step: Int, _ item: Int) -> [Float] {
    var whole = KeyedRandom(seed: settings.seed, .videoDrop, step: step, item: item)
    var each = KeyedRandom(seed: settings.seed, .tokenDrop, step: step, item: item)
    let isDropped = whole.uniform() < settings.videoDrop
    return (0..<dataset.sizes.videoTokens).map { token in
      let isLeftOut = each.uniform() < settings.tokenDrop
      return isDropped || isLeftOut || token >= tokens ? 0 : 1
    }
  }

  /// Each row of `columns` values filled with zeros.
  private static func padded(_ values: [Float], columns: Int, to count: Int) -> [Float] {
    guard columns < count, columns > 0 else { return values }
    var padded: [Float] = []
    for start in stride(from: 0, to: values.count, by: columns) {
      padded += values[start..<start + columns]
      padded += repeatElement(0, count: count - columns)
    }
    return padded
  }
}
