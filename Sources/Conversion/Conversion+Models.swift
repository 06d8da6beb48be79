import Checkpoints
package import Families
import Graphs
package import Tensors

extension Conversion {
  /// The models of `source`, or the `component` of it alone.
  package init(_ source: ModelSource, component: String?, _ request: ConversionRequest) throws(Diagnostic) {
    self.init()
    if let layout = try source.layout(request, component) {
      try layOut(source, component, layout, request)
    } else if request.isDirectory {
      try mirror(source, component, request)
    } else {
      try keep(source, component, request)
    }
    for checkpoint in try source.checkpoints(component) { carry(checkpoint) }
  }

  /// One file of the tensors as they are called: all of the source, or those of the component.
  private mutating func keep(_ source: ModelSource, _ component: String?, _ request: ConversionRequest)
    throws(Diagnostic)
  {
    let checkpoints = try source.checkpoints(component)
    guard checkpoints.count == 1, let checkpoint = checkpoints.first else {
      throw .severalFiles(source, request.output)
    }
    var entries = checkpoint.entries
    if let component {
      let weights = try source.model(component).weights
      let prefix = weights.checkpoint.prefix.text
      entries = weights.stored.compactMap { checkpoint[Name(prefix + $0.text)] }
    }
    files = [OutputFile(request.output, .tensors(request.cast(entries.map { TensorDraft($0) })))]
    for part in source.parts where component == nil || part.component.name == component {
      try pair(part, source, component: part.component, at: request.output)
    }
  }

  /// Notes that `part` is to be compared with the `component` that is written to `path`.
  mutating func pair(
    _ part: ModelSource.Part, _ source: ModelSource, component: Component, at path: String
  ) throws(Diagnostic) {
    let family = part.family
    let before = Runnable(try source.model(part.component.name))
    pairs.append(
      ModelPair(name: part.component.name, before: before) { () throws(Diagnostic) in
        Runnable(try Model(component, family: family, checkpoint: try Checkpoint.open(path: path)))
      })
  }
}

extension ModelSource {
  /// The checkpoints of all parts, or of the one called `component`, each once.
  func checkpoints(_ component: String?) throws(Diagnostic) -> [Checkpoint] {
    if let component { return [try Checkpoint.open(path: try part(component).weights)] }
    var known: Set<String> = []
    var checkpoints: [Checkpoint] = []
    for part in parts where known.insert(part.weights).inserted {
      checkpoints.append(try Checkpoint.open(path: part.weights))
    }
    return checkpoints
  }
}

extension Diagnostic {
  fileprivate static func severalFiles(_ source: ModelSource, _ output: String) -> Diagnostic {
    Diagnostic(
      "\(source.path) holds several models, which do not go into one file", at: output,
      help:
        "end the output with / to write a directory, or choose with --component: \(source.components.joined(separator: ", "))",
      kind: .usage)
  }
}
