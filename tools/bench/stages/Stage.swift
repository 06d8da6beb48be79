import Checkpoints
import Families
import Graphs
import Passes
import Runtime
import Tensors

/// A model with a workload.
struct Stage: Sendable {
  let name: String
  let reference: String
  let output: Name
  /// Given the folder of the models, upstream's inputs and answers, and the arithmetic.
  let prepare: @Sendable (String, Checkpoint, Precision) throws -> Work

  /// A session whose inputs are set.
  struct Work: ~Copyable {
    var session: Session
  }

  static let all: [Stage] = [
    whole("text_encoder", folder: "text_encoder", "text_encoder", output: "last_hidden_state"),
    whole("autoencoder", folder: "stable_audio", "decoder", output: "decoded"),
    whole("transformer", folder: "stable_audio", "backbone", output: "sample"),
    Stage(name: "step", reference: "transformer", output: "sample", prepare: guidedStep),
    whole("video_encoder", folder: "video_encoder", "video_encoder", output: "last_hidden_state"),
  ]

  /// The graph of a component.
  private static func whole(_ name: String, folder: String, _ component: String, output: Name) -> Stage {
    Stage(name: name, reference: name, output: output) { real, reference, precision in
      let model = try ModelSource(path: "\(real)/\(folder)").model(component)
      var session = try Session(
        try (Pass.inference + precision.passes).run(on: model.graph),
        parameters: { (path) throws(Diagnostic) in try model.weights.tensor(path) })
      let inputs = model.graph.inputs.map { model.graph[$0].name }
      var types: [Name: TensorType] = [:]
      for input in inputs { types[input] = try reference.tensor(input).type }
      try session.bind(types)
      for input in inputs { try session.set(input, try reference.tensor(input)) }
      return Work(session: session)
    }
  }

  /// One step of guidance: the null row without cross-attention, text keys and values computed before.
  private static func guidedStep(_ real: String, _ reference: Checkpoint, _ precision: Precision) throws
    -> Work
  {
    let model = try ModelSource(path: "\(real)/stable_audio").model("backbone")
    let weight: (Name) throws(Diagnostic) -> Tensor = { (path) throws(Diagnostic) in
      try model.weights.tensor(path)
    }
    let text = try reference.tensor("encoder_hidden_states")
    let row = try Tensor(
      floats: Array(text.floats().prefix(text.count / 2)), shape: [1] + text.shape.dropFirst())
    let passes =
      [Pass.guideBatch(conditioning: ["encoder_hidden_states"])] + Pass.inference + precision.passes
    let parts = try Lifetimes(
      try passes.run(on: model.graph), clipInputs: ["encoder_hidden_states", "global_hidden_states"])
    var clip = try Session(parts.clip, parameters: weight)
    let constants = try clip.run([
      "encoder_hidden_states": row, "global_hidden_states": try reference.tensor("global_hidden_states"),
    ])
    var step = try Session(parts.step, parameters: weight)
    var inputs = constants
    for name in ["hidden_states", "timestep"] as [Name] { inputs[name] = try reference.tensor(name) }
    try step.bind(inputs.mapValues(\.type))
    for (name, tensor) in inputs { try step.set(name, tensor) }
    return Work(session: step)
  }
}
