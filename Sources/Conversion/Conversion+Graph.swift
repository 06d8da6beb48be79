package import Checkpoints
import Families
package import Graphs
package import Tensors

extension Conversion {
  /// `graph` as text, and its parameters in a file of weights beside, as `foley run --weights` takes them.
  ///
  /// `entry` gives the parameter of a path.
  package init(
    _ graph: Graph, weights: Checkpoint?, _ request: ConversionRequest,
    entry: (Name) throws(Diagnostic) -> Checkpoint.Entry
  ) throws(Diagnostic) {
    self.init()
    if let weights { carry(weights) }
    var drafts: [TensorDraft] = []
    var stored: [Name: Checkpoint.Entry] = [:]
    for (_, parameter) in graph.parameters {
      let entry = try entry(parameter.path)
      stored[parameter.path] = entry
      drafts.append(TensorDraft(entry).renamed(parameter.path))
    }
    let place = Self.weights(of: request.output)
    if !drafts.isEmpty { files.append(OutputFile(place, .tensors(request.cast(drafts)))) }
    files.append(OutputFile(request.output, .text("\(graph)")))
    let before = Runnable(graph) { [stored] (path) throws(Diagnostic) in
      guard let entry = stored[path] else { throw .noParameter(path) }
      return try entry.tensor
    }
    let (hasWeights, output) = (!drafts.isEmpty, request.output)
    pairs = [
      ModelPair(name: graph.name, before: before) { () throws(Diagnostic) in
        let checkpoint = hasWeights ? try Checkpoint.open(path: place) : nil
        return Runnable(try GraphFile(path: output).graph()) { (path) throws(Diagnostic) in
          guard let checkpoint else { throw .noParameter(path) }
          return try checkpoint.tensor(path)
        }
      }
    ]
  }

  /// Where the parameters of the graph at `path` are written.
  package static func weights(of path: String) -> String { path + ".safetensors" }
}

extension Diagnostic {
  fileprivate static func noParameter(_ path: Name) -> Diagnostic {
    Diagnostic("there is no parameter \(path.quoted)", kind: .software)
  }
}
