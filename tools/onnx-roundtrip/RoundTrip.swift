import CaseFiles
import Checkpoints
import Foundation
import Graphs
import ONNX
import Tensors

/// Writes graphs as ONNX models in every opset, with inputs and the reference evaluator's results beside them:
/// what `check` reads.
///
///     onnx-roundtrip OUT [PREFIX …]
///
/// Names begin with `model/` or `op/`.
/// Makes `OUT/NAME/opset-N.onnx` and `OUT/NAME/io.safetensors`, whose tensors are called `in:INPUT` and
/// `out:OUTPUT`. What an opset cannot say is told in `OUT/NAME/opset-N.txt`.
@main
struct RoundTrip {
  static func main() {
    do {
      let arguments = CommandLine.arguments.dropFirst()
      guard let out = arguments.first else { throw Diagnostic("pass the folder to write to", kind: .usage) }
      let prefixes = arguments.dropFirst()
      for specimen in try Specimen.all() {
        guard prefixes.isEmpty || prefixes.contains(where: specimen.name.hasPrefix) else { continue }
        try specimen.write(to: "\(out)/\(specimen.name)")
      }
    } catch {
      print(error)
      exit(1)
    }
  }
}

/// A graph, its weights, and what it gives for some inputs.
struct Specimen {
  let name: String
  let graph: Graph
  let weights: [Name: Tensor]
  let inputs: [Name: Tensor]

  /// Writes nothing where elements of inputs or results do not fill bytes.
  func write(to folder: String) throws {
    let results = try graph.evaluate(inputs) { path throws(Diagnostic) in try parameter(path) }
    let tensors =
      inputs.map { (name: Name("in:\($0.key)"), tensor: $0.value) }
      + results.map { (name: Name("out:\($0.key)"), tensor: $0.value) }
    guard tensors.allSatisfy({ $0.tensor.type.element.bits % 8 == 0 }) else { return }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Checkpoint.write(tensors.sorted { $0.name < $1.name }, to: "\(folder)/io.safetensors")
    for opset in ModelProto.opsets {
      do throws(Diagnostic) {
        let model = try ModelProto(exporting: graph, opset: opset) { (path) throws(Diagnostic) in
          TensorDraft(path, try parameter(path))
        }
        try model.write(to: "\(folder)/opset-\(opset).onnx", externalAbove: 2048)
      } catch {
        try AtomicFile.write("\(error)\n", to: "\(folder)/opset-\(opset).txt")
      }
    }
  }

  private func parameter(_ path: Name) throws(Diagnostic) -> Tensor {
    guard let tensor = weights[path] else { throw Diagnostic("no parameter \(path)") }
    return tensor
  }
}
