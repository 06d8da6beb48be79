import Graphs
import Tensors

/// The inputs of a denoiser in training: how many rows, how long, and what an example becomes in them.
struct BatchLayout {
  let rows: Int
  let sizes: Dataset.Sizes
  let objective: Objective
  let weighting: LossWeighting
  /// γ of `LossWeighting.minSNR`.
  let gamma: Double

  init(_ settings: TrainingSettings, _ sizes: Dataset.Sizes, _ objective: Objective) {
    (rows, self.sizes, self.objective) = (settings.batch, sizes, objective)
    (weighting, gamma) = (settings.lossWeighting, settings.snrGamma)
  }

  /// The types of the inputs of a batch.
  var types: [Name: TensorType] {
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

  /// A row of every input but `video_scale`.
  typealias Row = [(name: Name, values: [Float])]

  /// What of its conditioning a row is shown.
  struct Shown {
    var text = true
    /// Whether a video token is; padding never is.
    var token: (Int) -> Bool = { _ in true }
  }

  /// The row of `example` at `time`, noised by what `random` draws. Its frames count so that each clip counts
  /// alike, however much of it is padding.
  func row(
    _ example: Dataset.Example, at time: Double, _ random: inout KeyedRandom, showing shown: Shown
  ) throws(Diagnostic) -> Row {
    let frames = example.latents.shape[1]
    let clean = Self.padded(try example.latents.floats(), columns: frames, to: sizes.latents)
    let noise = random.normals(clean.count)
    let (noisy, target) = objective.noised(clean, with: noise, at: time)
    let share = Double(sizes.latents) / Double(max(frames, 1))
    let weight = Float(share * weighting.weight(at: objective.levels(at: time), gamma: gamma))
    let tokens = example.video.shape[0]
    let missing = Array(repeating: Float(0), count: (sizes.videoTokens - tokens) * sizes.videoWidth)
    let cross = try example.cross.floats()
    return [
      ("hidden_states", noisy), ("target", target),
      ("loss_weight", (0..<sizes.latents).map { $0 < frames ? weight : 0 }), ("timestep", [Float(time)]),
      ("encoder_hidden_states", shown.text ? cross : cross.map { _ in 0 }),
      ("global_hidden_states", try example.global.floats()),
      ("video", try example.video.floats() + missing),
      ("video_keep", (0..<sizes.videoTokens).map { shown.token($0) && $0 < tokens ? 1 : 0 }),
    ]
  }

  /// The inputs made of as many rows as a batch has.
  func inputs(_ rows: [Row]) throws(Diagnostic) -> [Name: Tensor] {
    var parts: [Name: [Float]] = ["video_scale": [1]]
    for (name, values) in rows.joined() { parts[name, default: []] += values }
    var inputs: [Name: Tensor] = [:]
    for (name, type) in types {
      inputs[name] = try Tensor(floats: parts[name] ?? [], shape: type.shape ?? [])
    }
    return inputs
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
