import Checkpoints
import Conversion
import Families
import Graphs
import Tensors

extension Subject {
  /// What gives the weights: the model's own, or the file at `path`, which `option` has named; `nil` iff there are
  /// none. Throws iff there are both.
  func weights(_ path: String?, option: String) throws(Diagnostic) -> ModelDiff.Weights? {
    switch (model, path) {
    case (let model?, nil): return { name throws(Diagnostic) in try model.weights.tensor(name) }
    case (nil, let path?):
      let checkpoint = try Checkpoint.open(path: path)
      return { name throws(Diagnostic) in try checkpoint.tensor(name) }
    case (nil, nil): return nil
    case (_?, let path?): throw .twoWeights(path, option)
    }
  }

  /// What gives the weights of a graph that has none but the bridge's.
  var noWeights: ModelDiff.Weights? {
    guard graph.parameters.allSatisfy({ bridge?[$0.parameter.path] != nil }) else { return nil }
    return { name throws(Diagnostic) in throw .noParameter(name) }
  }
}

extension Diagnostic {
  fileprivate static func twoWeights(_ path: String, _ option: String) -> Diagnostic {
    Diagnostic(
      "the source has weights of its own, but \(option) names \(path) too",
      help: "\(option) is for .graph files; drop it", kind: .usage)
  }
  fileprivate static func noParameter(_ name: Name) -> Diagnostic {
    Diagnostic("there is no parameter \(name.quoted)", kind: .software)
  }
}
