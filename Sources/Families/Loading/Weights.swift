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
    var report = KeyReport(
      component: component, path: whole.path, layout: blueprint.layout, prefix: checkpoint.prefix)
    var fills: [Name: Tensor] = [:]
    var stored: [Name] = []
    for (_, parameter) in blueprint.graph.parameters {
      if let entry = checkpoint[parameter.path] {
        stored.append(parameter.path)
        report.compare(parameter, with: entry.type)
      } else if let fill = blueprint.fills[parameter.path], let count = parameter.type.count {
        let values = Array(repeating: fill, count: count)
        fills[parameter.path] = try Tensor(reals: values, as: parameter.type)
      } else {
        report.missing(parameter)
      }
    }
    let used = Set(stored)
    for entry in checkpoint.entries where !used.contains(entry.name) && !blueprint.isIgnored(entry.name) {
      report.unexpected(entry.name, entry.type)
    }
    if let diagnostic = report.diagnostic { throw diagnostic }
    (self.checkpoint, self.fills, self.stored) = (checkpoint, fills, stored)
  }

  /// Throws one diagnostic with everything that does not fit between the trainable parameters of `graph` and
  /// the tensors of a bridge's `checkpoint`.
  package static func check(trainable graph: Graph, in checkpoint: Checkpoint) throws(Diagnostic) {
    var report = KeyReport(
      component: "bridge", path: checkpoint.path, layout: "", prefix: checkpoint.prefix)
    var used: Set<Name> = []
    for (_, parameter) in graph.parameters where !parameter.frozen {
      used.insert(parameter.path)
      if let entry = checkpoint[parameter.path] {
        report.compare(parameter, with: entry.type)
      } else {
        report.missing(parameter)
      }
    }
    for entry in checkpoint.entries where !used.contains(entry.name) {
      report.unexpected(entry.name, entry.type)
    }
    if let diagnostic = report.diagnostic { throw diagnostic }
  }

  /// The tensor at `path`, mapped. Throws iff there is none.
  package func tensor(_ path: Name) throws(Diagnostic) -> Tensor {
    if let fill = fills[path] { return fill }
    return try checkpoint.tensor(path)
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
