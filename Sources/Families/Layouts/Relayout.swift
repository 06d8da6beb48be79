package import Checkpoints
package import Graphs
package import Tensors

/// How the tensors of one layout are made of those of another.
///
/// No table is read here: the family builds the model for both layouts, and either graph cuts its weights out
/// of what is stored. What the one reads where is what the other reads there, so the place where the second
/// looks for a weight is the place where the weight of the first goes.
package struct Relayout: Sendable {
  /// The tensors of the new layout, in the order of its graph.
  package private(set) var tensors: [(name: Name, type: TensorType)] = []
  /// The stretches each is made of, one behind the other.
  private var sources: [Name: [StoredStretch]] = [:]

  /// Throws iff the graphs compute different things, or a tensor of `target` is not read whole.
  package init(from source: Graph, to target: Graph) throws(Diagnostic) {
    let (old, new) = (source.readings(), target.readings())
    guard old.count == new.count else { throw .otherModel(source, "\(old.count) nodes", "\(new.count)") }
    var parts: [Name: [Range<Int>: StoredStretch]] = [:]
    for (a, b) in zip(old, new) {
      guard a.op.isEqual(to: b.op), a.operands.count == b.operands.count else {
        throw .otherModel(source, "\(a.op)", "\(b.op)")
      }
      for pair in zip(a.operands, b.operands) {
        switch pair {
        case (.value(let one), .value(let other)) where one == other: break
        case (.weight(let type, let stored), .weight(let other, let place)) where type == other:
          parts[place.path, default: [:]][place.elements] = stored
        default: throw .otherModel(source, "\(pair.0)", "\(pair.1)")
        }
      }
    }
    for (_, parameter) in target.parameters {
      let stretches = (parts[parameter.path] ?? [:]).sorted { $0.key.lowerBound < $1.key.lowerBound }
      var end = 0
      for (range, _) in stretches {
        guard range.lowerBound == end else { throw .gap(parameter.path, end) }
        end = range.upperBound
      }
      guard end == parameter.type.count else { throw .gap(parameter.path, end) }
      tensors.append((parameter.path, parameter.type))
      sources[parameter.path] = stretches.map(\.value)
    }
  }

  /// The tensors of the new layout as they are made of `weights`; `prefix` is put before their names.
  ///
  /// Throws iff a tensor would be made of parts of different element types.
  package func drafts(of weights: Weights, prefix: Name = "") throws(Diagnostic) -> [TensorDraft] {
    var drafts: [TensorDraft] = []
    for (name, type) in tensors {
      var pieces: [TensorDraft.Piece] = []
      for stretch in sources[name] ?? [] {
        let entry = try weights.entry(stretch.path)
        let bits = entry.type.element.bits
        let bytes = (stretch.elements.lowerBound * bits / 8)..<(stretch.elements.upperBound * bits / 8)
        pieces.append(try TensorDraft.Piece(entry, bytes))
      }
      let elements = Set(pieces.map(\.entry.type.element))
      guard elements.count == 1, let element = elements.first else { throw .mixed(name, elements) }
      let whole = Name(prefix.text + name.text)
      drafts.append(try TensorDraft(whole, TensorType(element, type.dims), pieces))
    }
    return drafts
  }
}

extension Diagnostic {
  fileprivate static func otherModel(_ graph: Graph, _ one: String, _ other: String) -> Diagnostic {
    Diagnostic(
      "@\(graph.name) would compute something else in the other layout: \(other) in place of \(one)",
      help: "the layout cannot say this model; keep the one it has")
  }
  fileprivate static func gap(_ path: Name, _ end: Int) -> Diagnostic {
    Diagnostic("nothing says what goes into \(path.quoted) from element \(end) on", kind: .software)
  }
  fileprivate static func mixed(_ name: Name, _ elements: Set<DType>) -> Diagnostic {
    let types = elements.map(\.description).sorted().joined(separator: " and ")
    return Diagnostic(
      "tensor \(name.quoted) would be made of parts of \(types)", help: "give all one type with --dtype first"
    )
  }
}
