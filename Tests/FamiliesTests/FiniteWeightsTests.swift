import Checkpoints
import Families
import Tensors
import Testing

/// Weights with a NaN are found before they are used.
struct FiniteWeightsTests {
  @Test func goodWeightsPassWithProgress() throws {
    let weights = try Fixture.model("tiny/diffusers/projection_model").weights
    var steps: [[Int]] = []
    try weights.checkFinite { (done, total) throws(Diagnostic) in steps.append([done, total]) }
    #expect(steps.count == 6)
    #expect(steps.last == [weights.byteCount, weights.byteCount])
    #expect(weights.byteCount == 2 * 4 * (128 + 64 * 257 + 64))
  }

  @Test func badTensorsAreNamed() throws {
    let model = try Fixture.model("tiny/stable_audio", as: nil, "conditioners") { checkpoint in
      try checkpoint.mapped { entry in
        var values = try entry.tensor.reals()
        switch entry.name {
        case "conditioner.conditioners.seconds_start.embedder.embedding.1.bias":
          (values[0], values[7]) = (.nan, -.infinity)
        case "conditioner.conditioners.seconds_total.embedder.embedding.0.weights": values[3] = .nan
        case "model.model.to_cond_embed.0.weight": values[0] = .nan  // of another part
        default: break
        }
        return [Checkpoint.Entry(entry.name, try Tensor(reals: values, as: entry.type))]
      }
    }
    let trouble = try #require(throws: Diagnostic.self) { try model.weights.checkFinite() }
    #expect(trouble.message == "2 of 6 tensors hold values that are not finite: 2 NaN, 1 infinite")
    #expect(trouble.site == Fixture.path("tiny/stable_audio/model.safetensors"))
    #expect(
      trouble.note == """
        conditioner.conditioners.seconds_start.embedder.embedding.1.bias  1 NaN, 1 infinite
            conditioner.conditioners.seconds_total.embedder.embedding.0.weights  1 NaN
        """)
    #expect(
      trouble.help == "the file is damaged or training went astray: fetch it again or take an earlier one")
  }

  @Test func progressMayStopTheCheck() throws {
    let weights = try Fixture.model("tiny/video_encoder").weights
    var steps = 0
    let trouble = try #require(throws: Diagnostic.self) {
      try weights.checkFinite { (_, _) throws(Diagnostic) in
        steps += 1
        if steps == 3 { throw Diagnostic("stopped") }
      }
    }
    #expect(trouble.message == "stopped")
    #expect(steps == 3)
  }
}
