package import Checkpoints
package import Graphs
import ONNX
package import Tensors

extension Conversion {
  /// `graph` and its parameters as an ONNX model in operators of `opset`.
  ///
  /// `entry` gives the parameter of a path. Parameters keep the elements they are stored in.
  package init(
    exporting graph: Graph, opset: Int, version: String, weights: Checkpoint?, _ request: ConversionRequest,
    entry: (Name) throws(Diagnostic) -> Checkpoint.Entry
  ) throws(Diagnostic) {
    self.init()
    if let weights { carry(weights) }
    var drafts: [TensorDraft] = []
    var tensors: [Name: Tensor] = [:]
    for (_, parameter) in graph.parameters {
      let entry = try entry(parameter.path)
      tensors[parameter.path] = try entry.tensor
      drafts.append(TensorDraft(entry).renamed(parameter.path))
    }
    let parameter = { @Sendable [tensors] (path: Name) throws(Diagnostic) -> Tensor in
      guard let tensor = tensors[path] else { throw .noParameter(path) }
      return tensor
    }
    let model = try ModelProto(exporting: graph, opset: opset, version: version, parameter: parameter)
    let output = request.output
    files = [OutputFile(output, .model(model, of: drafts))]
    pairs = [
      ModelPair(name: graph.name, before: Runnable(graph, parameter: parameter)) { () throws(Diagnostic) in
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
