import Checkpoints
import Families
import Graphs
import ONNX
import Tensors

extension Model {
  /// What stands for the family of a model that no family has built.
  static let onnxFamily = "ONNX"

  /// The model of the ONNX file at `path`, named for the file.
  ///
  /// `given` are inputs of a run: their types become the inputs' types, and shapes that depend on what an input
  /// holds are computed from them. `lengths` are those of named dims. Throws iff the file cannot be read or breaks
  /// a rule of the format.
  init(onnx path: String, given: [Name: Tensor] = [:], lengths: [String: Int] = [:]) throws(Diagnostic) {
    let file = try ModelProto.read(path: path)
    let imported = try ImportedModel(
      file, name: Model.graphName(of: path), given: given, lengths: lengths)
    let entries = imported.graph.parameters.map(\.parameter.path).map { path in
      (path, imported.parameters[path])
    }
    let checkpoint = try Checkpoint(
      entries.compactMap { path, tensor in tensor.map { Checkpoint.Entry(path, $0) } },
      metadata: file.metadata.map { (Name($0.key), $0.value) }, path: path, notes: imported.notes)
    try self.init(imported.graph, checkpoint: checkpoint, family: Model.onnxFamily, facts: file.facts)
  }

  /// The file's name without its extension, as a word of graph text.
  private static func graphName(of path: String) -> String {
    let file = path.split(separator: "/").last ?? "model"
    let word = file.dropLast(".onnx".count).map { character in
      character.isASCII && (character.isLetter || character.isNumber) ? character : "_"
    }
    return word.isEmpty ? "model" : String(word)
  }
}

extension ModelProto {
  /// What a summary tells of the file.
  fileprivate var facts: [(label: String, value: String)] {
    let versions = opsets.sorted { $0.key < $1.key }.map { domain, version in
      domain.isEmpty ? "\(version)" : "\(domain) \(version)"
    }
    let producer = [producerName, producerVersion].filter { !$0.isEmpty }.joined(separator: " ")
    return [
      ("opset", versions.joined(separator: ", ") + ", IR \(irVersion)"),
      ("producer", producer.isEmpty ? "unknown" : producer),
      ("nodes", "\(graph.nodes.count) in the file"),
    ]
  }
}
