import Checkpoints
import Families
import Graphs
import Tensors

extension Conversion {
  /// The models of `source` under the names, and with the configuration, of the layout called `name`.
  ///
  /// Upstream keeps the components of a family together: naming one takes them all.
  mutating func layOut(
    _ source: ModelSource, _ component: String?, _ name: String, _ request: ConversionRequest
  ) throws(Diagnostic) {
    let groups = try FamilyGroup.all(of: source, component)
    var fitting: [(group: FamilyGroup, layout: Layout)] = []
    for group in groups {
      if let layout = group.layout(name) {
        fitting.append((group, layout))
      } else {
        notes.append("the \(group.family.name) has no \(name) layout and is left out")
      }
    }
    guard !fitting.isEmpty else { throw .noLayout(name, groups) }
    for (_, layout) in fitting { try layout.check(request) }
    let isAlone = fitting.count == 1
    let whole = fitting.map(\.group.configuration)
    var directory = LaidOutDirectory(request, isAlone: isAlone)
    var used: [String: Set<Name>] = [:]
    for (group, layout) in fitting {
      let keys = Set(try Checkpoint.open(path: group.weights).entries.map(\.name))
      let model = try layout.make(group.configuration, Layout.Whole(whole, keys: keys, isAlone: isAlone))
      notes += model.notes
      var drafts: [TensorDraft] = []
      for part in group.parts {
        guard let target = model.blueprints.first(where: { $0.component == part.component.name }) else {
          continue
        }
        let stored = try source.model(part.component.name)
        let relayout = try Relayout(from: stored.graph, to: target.blueprint.graph)
        for draft in try relayout.drafts(of: stored.weights, prefix: model.prefix) {
          drafts += try layout.spell(draft)
        }
        let prefix = stored.weights.checkpoint.prefix.text
        let derived = try? group.layout(stored.layout)?.make(
          group.configuration, Layout.Whole(whole, keys: keys, isAlone: isAlone)
        ).buffers.map(\.name)
        used[group.weights, default: []]
          .formUnion((stored.weights.stored + (derived ?? [])).map { Name(prefix + $0.text) })
      }
      try directory.add(drafts + model.bufferDrafts(like: drafts), model.configuration, layout)
    }
    try noteLeftovers(used, fitting.flatMap(\.group.parts))
    directory.isPipeline = name == "diffusers" && !isAlone
    (files, folders) = directory.finished()
    for (group, layout) in fitting {
      let configuration = try directory.configuration(of: layout)
      let components = try group.family.components(configuration)
      for part in group.parts {
        guard let component = components.first(where: { $0.name == part.component.name }) else { continue }
        try pair(part, source, component: component, at: directory.weights(of: layout))
      }
    }
  }

  /// Says which tensors of the checkpoints no model reads.
  private mutating func noteLeftovers(_ used: [String: Set<Name>], _ parts: [ModelSource.Part])
    throws(Diagnostic)
  {
    for (path, names) in used.sorted(by: { $0.key < $1.key }) {
      let stored = try Checkpoint.open(path: path)
      let translated = try parts.first { $0.weights == path }?.component.fromTensorFlow(stored)
      let left = (translated ?? stored).entries.filter { !names.contains($0.name) }
      guard let first = left.first else { continue }
      let bytes = ByteCount(left.reduce(0) { $0 + ($1.type.byteCount ?? 0) })
      let count = left.count == 1 ? "1 tensor" : "\(left.count) tensors"
      notes.append("\(count) of \(path), \(bytes), left out: \(first.name)\(left.count > 1 ? ", …" : "")")
    }
  }
}

extension ModelSource {
  /// The layout that `request` asks for: by its name, or by writing the one file that TensorFlow's transformers
  /// looks for.
  func layout(_ request: ConversionRequest, _ component: String?) throws(Diagnostic) -> String? {
    if let layout = request.layout { return layout }
    let isKnown = try FamilyGroup.all(of: self, component).contains { $0.layout("tensorflow") != nil }
    return isKnown && request.output.lastComponent == "tf_model.h5" ? "tensorflow" : nil
  }
}

extension Layout {
  /// Throws iff what is asked for cannot hold this layout.
  fileprivate func check(_ request: ConversionRequest) throws(Diagnostic) {
    guard format != .safetensors else { return }
    guard request.isDirectory || TensorFormat(path: request.output) == format else {
      throw .otherFormat(self, request.output)
    }
    guard request.shardSize == nil else { throw .oneFile(self) }
  }
}

extension LaidOut {
  /// The buffers in the element type of `drafts`, where they have one in common.
  fileprivate func bufferDrafts(like drafts: [TensorDraft]) -> [TensorDraft] {
    let elements = Set(drafts.map(\.type.element))
    return buffers.map { name, tensor in
      let draft = TensorDraft(Checkpoint.Entry(Name(prefix.text + name.text), tensor))
      guard elements.count == 1, let element = elements.first else { return draft }
      return draft.cast(to: element)
    }
  }
}

extension Diagnostic {
  fileprivate static func otherFormat(_ layout: Layout, _ output: String) -> Diagnostic {
    Diagnostic(
      "the \(layout.name) layout is one of .\(layout.format.rawValue) files, but \(output) is none",
      at: output,
      help: "write to \(layout.weights).\(layout.format.rawValue), or to a directory", kind: .usage)
  }
  fileprivate static func oneFile(_ layout: Layout) -> Diagnostic {
    Diagnostic("the \(layout.name) layout is written as one file", help: "drop --shard-size", kind: .usage)
  }
  fileprivate static func noLayout(_ name: String, _ groups: [FamilyGroup]) -> Diagnostic {
    let known = groups.map { group in
      "the \(group.family.name) has \(group.family.layouts.map(\.name).joined(separator: ", "))"
    }
    return Diagnostic(
      "there is no layout \(name) of this source", help: known.joined(separator: "; "), kind: .usage)
  }
}
