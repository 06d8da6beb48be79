import Checkpoints
import Graphs
import ONNX
import Operators
import Passes
import Runtime
import Tensors
import Testing

/// What the passes find in exports of whole models, whichever exporter wrote them.
@Suite struct RecognitionTests {
  /// Counts by the name of the composite, of all that a kind of model holds.
  private static let expected: [String: [String: Int]] = [
    "dit_gqa": ["attention": 4, "rope": 4, "layer_norm": 6, "silu": 3, "glu": 2, "linear": 31],
    "dit_tools_narrow": ["attention": 2, "rope": 2, "layer_norm": 7, "silu": 3, "glu": 1, "linear": 21],
    "t5": ["attention": 2, "rms_norm": 5, "linear": 12, "relative_bias": 1],
    "t5_gated": ["attention": 1, "rms_norm": 3, "gelu": 1, "linear": 7, "relative_bias": 1],
    "vjepa2": ["attention": 2, "axial_rope": 4, "layer_norm": 5, "gelu": 2, "linear": 12],
  ]

  private static let exports = ExportTests.exports.filter { export in
    expected.keys.contains { export.hasPrefix("\($0)/") }
  }

  @Test("every composite of an export is found", arguments: exports)
  func census(_ export: String) throws {
    let graph = try Self.recognised(export)
    let counts = Dictionary(grouping: graph.nodes.filter { $0.op is any CompositeOp }, by: \.op.name)
      .mapValues(\.count)
    #expect(counts == Self.expected[String(export.prefix { $0 != "/" })])
    #expect(try Pass.recognise.run(graph) == graph)
  }

  @Test("what is found gives PyTorch's numbers at a size that was not traced", arguments: exports)
  func sameNumbers(_ export: String) throws {
    let model = try ExportTests.model(export)
    let imported = try ImportedModel(model, name: "export")
    let graph = try Pass.inference.run(on: imported.graph)
    var session = try Session(
      graph, parameters: { (path) throws(Diagnostic) in try imported.parameter(path) })
    let known = try ExportTests.known(export, "io_other")
    var inputs: [Name: Tensor] = [:]
    for input in model.graph.inputs { inputs[input.name] = try known.tensor(input.name) }
    let results = try session.run(inputs)
    for output in graph.outputs {
      let error = try ExportTests.relativeError(
        of: #require(results[output.name]), from: known.tensor(output.name))
      #expect(error < 2e-5)
    }
  }

  /// Rotations are folded into the attentions that read them, as on a graph that a family builds.
  @Test(
    "rotary attention",
    arguments: [("dit_gqa/ts17", "rotary_attention"), ("vjepa2/dyn18", "axial_rotary_attention")])
  func fused(export: String, name: String) throws {
    let graph = try Pass.fuseRoPEAttention.run(Self.recognised(export))
    #expect(graph.nodes.count { $0.op.name == name } == 2)
    #expect(!graph.nodes.contains { $0.op is RoPE || $0.op is AxialRoPE })
  }

  @Test("the bridge finds where an export attends to the text")
  func sites() throws {
    for exporter in ["ts17", "dyn18", "dyn23"] {
      let sites = try TextAttention.sites(
        in: Self.recognised("dit_gqa/\(exporter)"), latents: "hidden_states", text: "encoder_hidden_states")
      #expect(sites.count == 2)
    }
  }

  private static func recognised(_ export: String) throws -> Graph {
    try Pass.canonical.run(on: ImportedModel(ExportTests.model(export), name: "export").graph)
  }
}
