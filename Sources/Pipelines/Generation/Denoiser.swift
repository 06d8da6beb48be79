import Checkpoints
import Families
import Graphs
import Passes
import Runtime
import Tensors

/// The backbone with its bridge, compiled for one clip: what does not change between steps is computed when
/// it is made, and each step computes the rest.
struct Denoiser: ~Copyable {
  private var step: Session
  private let guidance: Guidance
  private let channels: Int
  /// Values of one row of latents.
  private let count: Int

  /// What the backbone is conditioned on.
  struct Conditions {
    var cross: Tensor
    var global: Tensor
    /// Takes the place of the null tokens in the unconditional row.
    var negative: Tensor?
    var video: Video?

    struct Video {
      var bridge: Bridge
      var checkpoint: Checkpoint
      var tokens: Tensor
      var scale: Double
    }
  }

  init(
    _ backbone: Model, _ conditions: Conditions, guidance: Guidance, channels: Int, latents: Int,
    _ precision: Precision = .f32, options: SessionOptions
  ) throws(Diagnostic) {
    let rows = guidance.isActive ? 2 : 1
    let graph = try Self.graph(backbone, conditions, rows: rows, latents: latents, precision)
    if let video = conditions.video { try Weights.check(trainable: graph, in: video.checkpoint) }
    let parts = try Lifetimes(graph, clipInputs: Self.clipInputs.filtered(by: graph))
    let bridge = conditions.video?.checkpoint
    let weight: (Name) throws(Diagnostic) -> Tensor = { (path) throws(Diagnostic) in
      if let bridge, bridge[path] != nil { return try bridge.tensor(path) }
      return try backbone.weights.tensor(path)
    }

    let inputs = try Self.inputs(conditions, rows: rows)
    var clip = try Session(parts.clip, parameters: weight, options: options)
    let constants = try clip.run(inputs.filter { parts.clip[named: $0.key] != nil })
    var session = try Session(parts.step, parameters: weight, options: options)
    var types = constants.mapValues(\.type)
    types["hidden_states"] = TensorType(.f32, shape: [rows, channels, latents])
    types["timestep"] = TensorType(.f32, shape: [rows])
    try session.bind(types)
    for (name, tensor) in constants { try session.set(name, tensor) }
    step = session
    (self.guidance, self.channels, count) = (guidance, channels, channels * latents)
  }

  /// The prediction for `latents` `[channels, frames]` at model time `time` in 0…1.
  mutating func velocity(_ latents: [Float], at time: Float) throws(Diagnostic) -> [Float] {
    guard latents.count == count else { throw .count(latents.count, count) }
    try step.withInput("hidden_states") { (target) throws(Diagnostic) in
      for place in target.indices { target[place] = latents[place % latents.count] }
    }
    try step.withInput("timestep") { (target) throws(Diagnostic) in target.update(repeating: time) }
    try step.run()
    let rows = try step.withOutput("sample") { (sample) throws(Diagnostic) in Array(sample) }
    guard guidance.isActive else { return rows }
    return try guidance.combine(
      conditional: Array(rows[..<count]), unconditional: Array(rows[count...]), channels: channels)
  }

  private static let clipInputs: Set<Name> = [
    "encoder_hidden_states", "global_hidden_states", "video", "video_scale",
  ]

  /// The backbone's graph for `rows` rows of `latents` frames, bridged where there is video.
  private static func graph(
    _ backbone: Model, _ conditions: Conditions, rows: Int, latents: Int, _ precision: Precision
  ) throws(Diagnostic) -> Graph {
    var passes: [Pass] = []
    if let video = conditions.video { passes.append(.insertVideoAttention(video.bridge)) }
    if rows == 2 {
      // With a negative prompt both rows attend to a text, but only one to the video.
      let single: Set<Name> = conditions.negative == nil ? ["encoder_hidden_states"] : []
      passes.append(.guideBatch(conditioning: single.union(["video", "video_scale"])))
    }
    return try (passes + Pass.inference + precision.passes).run(on: backbone.graph)
      .binding(["B": rows, "L": latents])
  }

  private static func inputs(_ conditions: Conditions, rows: Int) throws(Diagnostic) -> [Name: Tensor] {
    var inputs: [Name: Tensor] = [
      "encoder_hidden_states": conditions.cross, "global_hidden_states": try conditions.global.repeated(rows),
    ]
    if rows == 2, let negative = conditions.negative {
      let values = try conditions.cross.floats() + negative.floats()
      inputs["encoder_hidden_states"] = try Tensor(
        floats: values, shape: [2] + conditions.cross.shape.dropFirst())
    }
    if let video = conditions.video {
      inputs["video"] = video.tokens
      inputs["video_scale"] = try Tensor(floats: [Float(video.scale)], shape: [])
    }
    return inputs
  }
}

extension Tensor {
  /// `count` copies along the first axis, which has length 1.
  fileprivate func repeated(_ count: Int) throws(Diagnostic) -> Tensor {
    let values = try floats()
    return try Tensor(
      floats: Array(repeatElement(values, count: count).joined()), shape: [count] + shape.dropFirst())
  }
}

extension Set<Name> {
  /// Those that are inputs of `graph`.
  fileprivate func filtered(by graph: Graph) -> Set<Name> {
    filter { name in graph[named: name].map { graph[$0].op is Input } ?? false }
  }
}

extension Diagnostic {
  fileprivate static func count(_ count: Int, _ expected: Int) -> Diagnostic {
    Diagnostic("the denoiser is given \(count) latents, but is made for \(expected)", kind: .software)
  }
}
