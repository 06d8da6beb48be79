package import Checkpoints
package import Graphs
package import Tensors

/// The tensors a graph's parameters name, checked once against what the graph expects.
package struct Weights: Sendable {
  /// Seen without the prefix of the part.
  package let checkpoint: Checkpoint
  /// What the checkpoint lacks and may lack.
  private let fills: [Name: Tensor]
  /// The names of the tensors that the graph reads from the checkpoint, each once.
  package let stored: [Name]

  /// The weights of a graph whose parameters all lie in `checkpoint` as they are called.
  ///
  /// Throws one diagnostic with everything that does not fit.
  package init(_ graph: Graph, in checkpoint: Checkpoint) throws(Diagnostic) {
    try self.init(Blueprint(graph, layout: ""), checkpoint, component: graph.name)
  }

  init(_ blueprint: Blueprint, _ whole: Checkpoint, component: String) throws(Diagnostic) {
    let checkpoint = Weights.part(of: whole, blueprint)
    let parameters = blueprint.graph.parameters.map(\.parameter)
    var report = KeyReport(component: component, layout: blueprint.layout, checkpoint)
    report.compare(parameters.filter { checkpoint[$0.path] != nil || blueprint.fills[$0.path] == nil }) {
      blueprint.isIgnored($0)
    }
    if let diagnostic = report.diagnostic { throw diagnostic }
    var fills: [Name: Tensor] = [:]
    for parameter in parameters where checkpoint[parameter.path] == nil {
      guard let fill = blueprint.fills[parameter.path], let count = parameter.type.count else { continue }
      fills[parameter.path] = try Tensor(reals: Array(repeating: fill, count: count), as: parameter.type)
    }
    (self.checkpoint, self.fills) = (checkpoint, fills)
    stored = parameters.map(\.path).filter { checkpoint[$0] != nil }
  }

  /// Throws one diagnostic with everything that does not fit between the trainable parameters of `graph` and
  /// the tensors of a bridge's `checkpoint`.
  package static func check(trainable graph: Graph, in checkpoint: Checkpoint) throws(Diagnostic) {
    var report = KeyReport(component: "bridge", layout: "", checkpoint)
    report.compare(graph.parameters.map(\.parameter).filter { !$0.frozen }) { _ in false }
    if let diagnostic = report.diagnostic { throw diagnostic }
  }

  /// The tensor at `path`, mapped. Throws iff there is none.
  package func tensor(_ path: Name) throws(Diagnostic) -> Tensor {
    if let fill = fills[path] { return fill }
    return try checkpoint.tensor(path)
  }

  /// The tensor at `path` where it lies. Throws iff there is none.
  package func entry(_ path: Name) throws(Diagnostic) -> Checkpoint.Entry {
    if let fill = fills[path] { return Checkpoint.Entry(path, fill) }
    guard let entry = checkpoint[path] else { throw .missing(path, checkpoint) }
    return entry
  }

  /// The view of `whole` under the prefix with most of the graph's parameters.
  private static func part(of whole: Checkpoint, _ blueprint: Blueprint) -> Checkpoint {
    let paths = blueprint.graph.parameters.map(\.parameter.path)
    let scored = blueprint.prefixes.map { prefix in
      (prefix, paths.count { whole[Name(prefix.text + $0.text)] != nil })
    }
    guard let best = scored.max(by: { $0.1 < $1.1 }), best.1 > 0, !best.0.text.isEmpty else { return whole }
    return whole.strippingPrefix(best.0)
  }
}

extension Diagnostic {
  fileprivate static func missing(_ path: Name, _ checkpoint: Checkpoint) -> Diagnostic {
    Diagnostic("the checkpoint holds no tensor \(path.quoted)", at: checkpoint.path)
  }
}
