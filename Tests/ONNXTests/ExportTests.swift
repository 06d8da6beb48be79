import Checkpoints
import Foundation
import Graphs
import ONNX
import Runtime
import Tensors
import Testing

/// Exports of whole models by both exporters of PyTorch, made by `tools/fixtures/onnx_exports.py`.
@Suite struct ExportTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/onnx").path()

  /// `MODEL/EXPORTER`; what ONNX Runtime has optimised holds operators of its own.
  static let exports: [String] = {
    let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return files.filter { $0.hasSuffix(".onnx") && !$0.contains("ortopt") }.map { String($0.dropLast(5)) }
      .sorted()
  }()

  static func model(_ export: String) throws -> ModelProto {
    try ModelProto.read(path: "\(folder)/\(export).onnx")
  }

  /// Inputs and outputs in PyTorch, at the traced size (`io`) or another (`io_other`).
  static func known(_ export: String, _ file: String) throws -> Checkpoint {
    try Checkpoint.open(path: "\(folder)/\(export.prefix { $0 != "/" })/\(file).safetensors")
  }

  @Test("there are exports to look at")
  func exist() { #expect(Self.exports.count >= 13) }

  @Test("an export answers as PyTorch, at the traced size and at another", arguments: exports)
  func sameNumbers(_ export: String) throws {
    let model = try Self.model(export)
    for file in ["io", "io_other"] {
      let known = try Self.known(export, file)
      var inputs: [Name: Tensor] = [:]
      for input in model.graph.inputs { inputs[input.name] = try known.tensor(input.name) }
      let imported = try ImportedModel(model, name: "export", given: inputs)
      try imported.graph.expectSupported()
      var session = try Session(
        imported.graph, parameters: { (path) throws(Diagnostic) in try imported.parameter(path) })
      let results = try session.run(inputs)
      for output in imported.graph.outputs {
        let result = try #require(results[output.name])
        let error = try Self.relativeError(of: result, from: known.tensor(output.name))
        #expect(error < 2e-5, "\(file): \(output.name)")
      }
    }
  }

  /// The largest difference by the largest value, or ∞ iff the types differ.
  static func relativeError(of result: Tensor, from expected: Tensor) throws -> Double {
    guard result.type == expected.type else { return .infinity }
    let (a, b) = (try result.reals(), try expected.reals())
    let scale = b.reduce(1e-30) { max($0, abs($1)) }
    return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
  }
}
