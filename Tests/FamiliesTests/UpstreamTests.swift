import Families
import Graphs
import Tensors
import Testing

/// Every family computes what upstream computes with the same weights.
struct UpstreamTests {
  @Test(arguments: UpstreamCase.all) func kernels(_ model: UpstreamCase) throws {
    try check(model, "kernels") { model, inputs in try model.run(inputs) }
  }

  /// What upstream computes is also what the graph means, and not only what kernels make of it.
  @Test(arguments: UpstreamCase.all.filter { $0.source.hasPrefix("references/") })
  func reference(_ model: UpstreamCase) throws {
    try check(model, "reference") { model, inputs in try model.evaluate(inputs) }
  }

  /// Upstream counts rows and columns of any picture as if it were the square of the configuration.
  @Test func picturesOfAnotherSizeAreRefused() throws {
    let pixels = try Fixture.tensors("references/video_encoder-wide/reference.safetensors")[
      "pixel_values_videos"]
    let model = try Fixture.model("references/video_encoder-wide")
    let trouble = try #require(throws: Diagnostic.self) {
      try model.run(["pixel_values_videos": #require(pixels)])
    }
    #expect(
      trouble.message
        == "input pixel_values_videos is f32[1, 4, 3, 8, 20], but the graph takes f32[B, 2*F, 3, 12, 12]")
  }

  private func check(
    _ model: UpstreamCase, _ way: String, _ run: (Model, [Name: Tensor]) throws -> [Name: Tensor]
  ) throws {
    let stored = try Fixture.tensors(model.reference)
    var inputs: [Name: Tensor] = [:]
    for name in model.inputs { inputs[name] = stored[name] }
    inputs["pixel_values_videos"] = try inputs["pixel_values_videos"].map(Self.filled)
    let loaded = try Fixture.model(model.source, config: model.config, model.component)
    let results = try run(loaded, inputs)
    for (name, upstream) in model.outputs.sorted(by: { $0.key < $1.key }) {
      let error = try #require(results[name]).error(against: #require(stored[upstream]))
      print("\(way) \(model.testDescription) \(name): \(Float(error))")
      #expect(error <= model.tolerance, "\(name) of \(model.testDescription) is off by \(error)")
    }
  }

  /// Upstream repeats a single frame to fill a tubelet of two.
  private static func filled(_ pixels: Tensor) throws -> Tensor {
    guard pixels.shape[1] == 1 else { return pixels }
    let reals = try pixels.reals()
    var shape = pixels.shape
    shape[1] = 2
    return try Tensor(reals: reals + reals, as: TensorType(.f32, shape: shape))
  }
}
