import Checkpoints
import Families
import Graphs
import Tensors
import Testing

/// The conditioners make of numbers and text what upstream makes of them.
struct ConditionerTests {
  /// Seconds inside, at and outside the ends of the range.
  @Test(arguments: ["tiny/diffusers", "tiny/stable_audio"]) func numbers(_ source: String) throws {
    let stored = try Fixture.tensors("references/projection_model.safetensors")
    let results = try Fixture.model(source, "conditioners").run([
      "seconds_start": try #require(stored["start_seconds"]),
      "seconds_total": try #require(stored["end_seconds"]),
    ])
    for (name, upstream) in [("seconds_start", "seconds_start"), ("seconds_total", "seconds_end")] {
      let result = try #require(results[Name("\(name)_hidden_states")])
      let error = try result.error(against: #require(stored[Name("\(upstream)_hidden_states")]))
      print("kernels \(source) conditioners \(name): \(Float(error))")
      #expect(error <= 2e-5)
    }
  }

  /// Prompt and seconds together, as the conditioner of stable-audio-tools hands them to the transformer.
  @Test(arguments: [
    ("stable_audio", "conditioning", ["seconds_start", "seconds_total"]),
    ("stable_audio_small", "conditioning_small", ["seconds_total"]),
  ])
  func promptAndSeconds(_ source: String, reference: String, ids: [Name]) throws {
    let stored = try Fixture.tensors("references/\(reference).safetensors")
    let seconds = try #require(stored["seconds"])
    let given: [Name: Tensor] = [
      "seconds_start": try seconds.rows(0..<1), "seconds_total": try seconds.rows(1..<2),
    ]
    let tokens = try Fixture.model("tiny/\(source)", "conditioners").run(
      given.filter { ids.contains($0.key) })
    for id in ids {
      let error = try #require(tokens[Name("\(id)_hidden_states")]).error(against: #require(stored[id]))
      print("kernels \(source) conditioners \(id): \(Float(error))")
      #expect(error <= 2e-5)
    }
    let (words, mask) = (try #require(stored["input_ids"]), try #require(stored["attention_mask"]))
    let states = try #require(
      try Fixture.model("tiny/text_encoder").run(["input_ids": words, "attention_mask": mask])[
        "last_hidden_state"])
    let width = states.shape[2]
    let masked = zip(try states.reals(), try mask.reals().flatMap { Array(repeating: $0, count: width) }).map(
      *)
    let error = try Tensor(reals: masked, as: states.type).error(against: #require(stored["prompt"]))
    print("kernels \(source) prompt: \(Float(error))")
    #expect(error <= 2e-5)
  }

  private static let linear = """
    {"_class_name": "StableAudioProjectionModel", "text_encoder_dim": 3, "conditioning_dim": 2, "min_value": 0,
     "max_value": 4}
    """

  @Test func textIsProjectedWhereWidthsDiffer() throws {
    let configuration = try Configuration(JSON.Cursor(JSON(parsing: Array(Self.linear.utf8)), file: "c.json"))
    let component = try #require(try Family.stableAudioConditioners.components(configuration).first)
    let blueprint = try component.blueprint([])
    var entries: [Checkpoint.Entry] = []
    for (_, parameter) in blueprint.graph.parameters {
      let count = parameter.type.count ?? 0
      let values = (0..<count).map { parameter.path.text.hasPrefix("text") ? Double($0 + 1) : 0 }
      entries.append(Checkpoint.Entry(parameter.path, try Tensor(reals: values, as: parameter.type)))
    }
    let model = try Model(component, family: "", checkpoint: try Checkpoint(entries, path: "memory"))
    let second = try Tensor(floats: [1], shape: [1])
    let results = try model.run([
      "seconds_start": second, "seconds_total": second,
      "text_hidden_states": try Tensor(floats: [1, 0, 0, 0, 1, 1], shape: [1, 2, 3]),
    ])
    // Rows [1 2 3] and [4 5 6], then [1 2] added.
    #expect(try results["text_projection"]?.floats() == [2, 6, 6, 13])
  }
}
