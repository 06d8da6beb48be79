import Checkpoints
import Families
import Graphs
import Reports
import Tensors

/// One graph that a command works on.
struct Subject {
  var graph: Graph
  let model: Model?
  /// What holds the trainable parameters of an inserted bridge.
  var bridge: Checkpoint?

  init(_ graph: Graph) { (self.graph, model) = (graph, nil) }
  init(_ model: Model) { (graph, self.model) = (model.graph, model) }

  /// Whether the graph was read from a file, and not built by a family.
  var isExport: Bool { model.map { $0.family == Model.onnxFamily } ?? true }

  /// The element type that a parameter is stored as: what the graph says where there are no weights.
  func stored(_ path: Name) throws(Diagnostic) -> DType {
    if let entry = bridge?[path] { return entry.type.element }
    guard let model else {
      return graph.parameters.first { $0.parameter.path == path }?.parameter.type.element ?? .f32
    }
    return try model.weights.tensor(path).type.element
  }

  /// What is known without lengths.
  func summary() throws(Diagnostic) -> GraphSummary {
    var summary = GraphSummary(graph)
    guard let model else { return summary }
    let layout = model.layout.isEmpty ? "" : ", \(model.layout) layout"
    summary.origin = "\(model.component), \(model.family)\(layout)"
    (summary.facts, summary.notes) = (model.facts, model.weights.checkpoint.notes)
    var stored: [(element: DType, count: Int, bytes: Int)] = []
    for (_, parameter) in graph.parameters {
      guard let type = bridge?[parameter.path]?.type ?? (try? model.weights.tensor(parameter.path).type)
      else {
        continue
      }
      stored.add(type)
    }
    summary.stored = stored
    return summary
  }
}

extension GraphSource {
  /// Every graph of the source, or the one that `--component` names. `lengths` are those of an ONNX file's named
  /// dims.
  func subjects(at lengths: [String: Int] = [:]) throws(Diagnostic) -> [Subject] {
    if component != nil || isONNX { return [try subject(at: lengths)] }
    switch try open() {
    case .graphs(let file): return file.graphs.map(Subject.init)
    case .models(let source):
      var subjects: [Subject] = []
      for name in source.components { subjects.append(Subject(try source.model(name))) }
      return subjects
    case .weights: return [Subject(try withoutConfiguration())]
    }
  }

  /// The one graph of the source. Throws iff there are several and `--component` names none.
  ///
  /// `given` are inputs of a run, from which an ONNX file's shapes may follow.
  func subject(given: [Name: Tensor] = [:], at lengths: [String: Int] = [:]) throws(Diagnostic) -> Subject {
    if isONNX { return Subject(try Model(onnx: source, given: given, lengths: lengths)) }
    switch try open() {
    case .graphs(let file): return Subject(try file.graph(component))
    case .models(let source): return Subject(try source.model(component))
    case .weights: return Subject(try withoutConfiguration())
    }
  }

  /// Throws what a source of models says to a weights file that stands alone.
  private func withoutConfiguration() throws(Diagnostic) -> Model {
    try ModelSource(path: try place(), family: family, config: config).model(component)
  }
}
