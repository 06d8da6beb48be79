import Checkpoints
import Conversion
import Families
import Graphs
import ONNX
import Passes
import Runtime
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

  /// The U-Net of the exports with its bridge, recognised, at open lengths.
  private struct Pyramid {
    let imported: ImportedModel
    let recognised: Graph
    let bridge: Checkpoint
    let bridged: Graph

    init() throws {
      let references = "\(ExportTests.folder)/../references/unet"
      imported = try ImportedModel(ExportTests.model("unet/dyn18"), name: "export")
      bridge = try Checkpoint.open(path: "\(references)/bridge.safetensors")
      recognised = try Pass.recognition.run(on: imported.graph)
      let metadata = Dictionary(bridge.metadata.map { ($0.key.text, $0.value) }) { first, _ in first }
      bridged = try Pass.insertVideoAttention(Bridge(metadata: metadata)).run(recognised)
    }

    /// The results on the inputs among `known`, with the weights of the bridge but for `changed`.
    func run(_ graph: Graph, _ known: Checkpoint, changed: [Name: Tensor] = [:]) throws -> Tensor {
      var inputs: [Name: Tensor] = [:]
      for value in graph.inputs { inputs[graph[value].name] = try known.tensor(graph[value].name) }
      var session = try Session(
        graph,
        parameters: { (path) throws(Diagnostic) in
          if let tensor = changed[path] { return tensor }
          return try bridge[path] == nil ? imported.parameter(path) : bridge.tensor(path)
        })
      return try #require(try session.run(inputs)["out_sample"])
    }
  }

  @Test("into a U-Net of several widths as PyTorch does", arguments: ["io", "io_other"])
  func unet(file: String) throws {
    let pyramid = try Pyramid()
    try pyramid.imported.graph.expectSupported()
    let known = try Checkpoint.open(path: "\(ExportTests.folder)/../references/unet/\(file).safetensors")
    let result = try pyramid.run(pyramid.bridged, known)
    #expect(try ExportTests.relativeError(of: result, from: known.tensor("out_sample")) < 2e-5)

    let plain = try pyramid.run(pyramid.recognised, known)
    #expect(try ExportTests.relativeError(of: plain, from: known.tensor("out_sample")) > 0.1)
    let upstream = try ExportTests.known("unet/dyn18", file).tensor("out_sample")
    #expect(try ExportTests.relativeError(of: plain, from: upstream) < 2e-5)

    var zeros: [Name: Tensor] = [:]
    for (_, parameter) in pyramid.bridged.parameters where parameter.path.text.hasSuffix("to_out.weight") {
      guard !parameter.frozen else { continue }
      let count = parameter.type.count ?? 0
      zeros[parameter.path] = try Tensor(reals: Array(repeating: 0, count: count), as: parameter.type)
    }
    #expect(zeros.count == 4)
    #expect(try pyramid.run(pyramid.bridged, known, changed: zeros).reals() == plain.reals())
  }
}
