import Checkpoints
import Families
import Graphs
import Passes
import Runtime
import Tensors

extension Denoiser {
  /// The bridged backbone, cut by how long its values live, and what it reads.
  struct Parts {
    private let graphs: Lifetimes
    private let inputs: [Name: Tensor]
    private let latents: TensorType
    private let weight: (Name) throws(Diagnostic) -> Tensor

    /// For `rows` rows, 2 with guidance, of `latents` frames. Throws iff the conditions or the bridge do not fit.
    init(
      _ backbone: Model, _ conditions: Conditions, rows: Int, channels: Int, latents: Int,
      _ precision: Precision
    ) throws(Diagnostic) {
      let graph = try Denoiser.graph(backbone, conditions, rows: rows, latents: latents, precision)
      if let video = conditions.video { try Weights.check(trainable: graph, in: video.checkpoint) }
      graphs = try Lifetimes(graph, clipInputs: Denoiser.clipInputs.filtered(by: graph))
      inputs = try Denoiser.inputs(conditions, rows: rows)
      self.latents = TensorType(.f32, shape: [rows, channels, latents])
      let bridge = conditions.video?.checkpoint
      weight = { (path) throws(Diagnostic) in
        if let bridge, bridge[path] != nil { return try bridge.tensor(path) }
        return try backbone.weights.tensor(path)
      }
    }

    /// What is computed once a clip, from `clipInputs`.
    func clip(_ options: SessionOptions) throws(Diagnostic) -> Session {
      try Session(graphs.clip, parameters: weight, options: options)
    }

    var clipInputs: [Name: Tensor] { inputs.filter { graphs.clip[named: $0.key] != nil } }

    /// What every step computes, bound, with `constants`, the outputs of the clip's part, set.
    func step(behind constants: [Name: Tensor], _ options: SessionOptions) throws(Diagnostic) -> Session {
      var session = try Session(graphs.step, parameters: weight, options: options)
      var types = constants.mapValues(\.type)
      types["hidden_states"] = latents
      types["timestep"] = TensorType(.f32, Array(latents.dims.prefix(1)))
      try session.bind(types)
      for (name, tensor) in constants { try session.set(name, tensor) }
      return session
    }
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
