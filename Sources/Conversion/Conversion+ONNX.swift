package import Checkpoints
package import Graphs
import ONNX
package import Tensors

extension Conversion {
  /// `graph` and its parameters as an ONNX model in operators of `opset`.
  ///
  /// `entry` gives the parameter of a path. Parameters keep the elements they are stored in or get those that are
  /// wanted; the graph computes in its own and casts them.
  package init(
    exporting graph: Graph, opset: Int, version: String, weights: Checkpoint?, _ request: ConversionRequest,
    entry: (Name) throws(Diagnostic) -> Checkpoint.Entry
  ) throws(Diagnostic) {
    self.init()
    if let weights { carry(weights) }
    var entries: [Name: Checkpoint.Entry] = [:]
    for (_, parameter) in graph.parameters { entries[parameter.path] = try entry(parameter.path) }
    let stored = { @Sendable [entries] (path: Name) throws(Diagnostic) -> Checkpoint.Entry in
      guard let entry = entries[path] else { throw .noParameter(path) }
      return entry
    }
    let model = try ModelProto(exporting: graph, opset: opset, version: version) {
      (path) throws(Diagnostic) in
      request.cast(TensorDraft(try stored(path)).renamed(path))
    }
    let output = request.output
    files = [OutputFile(output, .model(model))]
    let before = Runnable(graph) { (path) throws(Diagnostic) in try stored(path).tensor }
    pairs = [
      ModelPair(name: graph.name, before: before) { () throws(Diagnostic) in
        let imported = try ImportedModel(try ModelProto.read(path: output), name: graph.name)
        return Runnable(imported.graph) { (path) throws(Diagnostic) in try imported.parameter(path) }
      }
    ]
  }
}

extension Diagnostic {
  fileprivate static func noParameter(_ path: Name) -> Diagnostic {
    Diagnostic("there is no parameter \(path.quoted)", kind: .software)
  }
}
