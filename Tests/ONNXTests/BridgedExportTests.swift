import Conversion
import Families
import Graphs
import ONNX
import Passes
import Tensors
import Testing

/// The bridge goes into a backbone whichever way its graph was made.
@Suite struct BridgedExportTests {
  private func imported(_ export: String, lengths: [String: Int] = [:]) throws -> ImportedModel {
    try ImportedModel(ExportTests.model(export), name: "export", lengths: lengths)
  }

  @Test(
    "into an imported DiT as into the family's",
    arguments: ["dit_gqa/ts17", "dit_gqa/dyn18", "dit_gqa/dyn23"])
  func sameBridge(_ export: String) throws {
    let source = try ModelSource(path: "\(ExportTests.folder)/dit_gqa/model").model("backbone")
    let imported = try imported(export)
    let bridge = Bridge(depth: 2, backboneDim: 32, videoDim: 6, heads: 2, headDim: 4)
    let insert = Pass.canonical + [Pass.insertVideoAttention(bridge)]
    let (a, b) = (try insert.run(on: imported.graph), try insert.run(on: source.graph))
    #expect(a.parameters.count { !$0.parameter.frozen } > 0)
    let diff = try ModelDiff(
      (a, Self.weights(a) { path throws(Diagnostic) in try imported.parameter(path) }),
      (b, Self.weights(b) { path throws(Diagnostic) in try source.weights.tensor(path) }))
    #expect(diff.isSame, "\(diff.graph.changes.map(\.details))")
  }

  /// The frozen weights as they are; those of the bridge count upwards, by path.
  private static func weights(
    _ graph: Graph, frozen: @escaping @Sendable (Name) throws(Diagnostic) -> Tensor
  ) -> ModelDiff.Weights {
    var types: [Name: TensorType] = [:]
    for (_, parameter) in graph.parameters where !parameter.frozen { types[parameter.path] = parameter.type }
    let trainable = types
    return { path throws(Diagnostic) in
      guard let type = trainable[path], let count = type.count else { return try frozen(path) }
      let start = Double(path.text.utf8.reduce(0) { $0 &* 31 &+ Int($1) } % 1000)
      return try Tensor(reals: (0..<count).map { start + Double($0) }, as: type)
    }
  }

  @Test("into another denoiser with text attention")
  func unet() throws {
    let imported = try imported("unet/dyn18", lengths: ["height": 16, "width": 16])
    try imported.graph.expectSupported()
    let graph = try Pass.canonical.run(on: imported.graph)
    let sites = try TextAttention.sites(in: graph, latents: "sample", text: "encoder_hidden_states")
    #expect(!sites.isEmpty)
  }
}
