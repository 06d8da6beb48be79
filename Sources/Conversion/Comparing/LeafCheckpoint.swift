import Checkpoints
import Graphs
import Tensors

/// The weights of a model as its graph reads them: cut and reshaped, each under a name of its own.
struct LeafCheckpoint {
  let checkpoint: Checkpoint
  private let byLeaf: [WeightLeaf: Name]
  private let byName: [Name: WeightLeaf]

  /// Throws iff a weight cannot be had or is of another size than the graph says.
  init(_ graph: Graph, _ weights: @escaping ModelDiff.Weights) throws(Diagnostic) {
    var entries: [Checkpoint.Entry] = []
    var byLeaf: [WeightLeaf: Name] = [:]
    var byName: [Name: WeightLeaf] = [:]
    let types = Dictionary(graph.parameters.map { ($0.parameter.path, $0.parameter.type) }) { first, _ in
      first
    }
    for leaf in graph.readWeights() where byLeaf[leaf] == nil {
      let tensor = try weights(leaf.path)
      guard let whole = types[leaf.path], tensor.type.dims == whole.dims else {
        throw .otherShape(leaf, tensor.type, types[leaf.path])
      }
      var name = leaf.name(in: whole)
      while byName[name] != nil { name = Name("\(name)'") }
      let start = leaf.offset * 8 / max(1, leaf.type.element.bits)
      let part = try tensor.elements(from: start, shape: leaf.type.shape ?? [])
      if tensor.mapping != nil || part.byteCount <= Self.kept {
        entries.append(Checkpoint.Entry(name, part))
      } else {
        entries.append(
          Checkpoint.Entry(name, part.type) { () throws(Diagnostic) in
            try weights(leaf.path).elements(from: start, shape: leaf.type.shape ?? [])
          })
      }
      (byLeaf[leaf], byName[name]) = (name, leaf)
    }
    (self.byLeaf, self.byName) = (byLeaf, byName)
    checkpoint = try Checkpoint(entries, path: graph.name)
  }

  /// Bytes of a tensor in memory that is kept there; a larger one is asked for again when it is compared.
  private static let kept = 64 << 10

  var names: Set<Name> { Set(byName.keys) }

  /// `pairs` by name.
  func names(_ pairs: [GraphDiff.WeightPair], _ other: LeafCheckpoint) -> [Name: Name] {
    pairs.reduce(into: [:]) { names, pair in
      if let mine = byLeaf[pair.a], let yours = other.byLeaf[pair.b] { names[mine] = yours }
    }
  }

  /// The weights that are the same by value.
  func pairing(_ diff: WeightDiff, _ other: LeafCheckpoint) -> [WeightLeaf: WeightLeaf] {
    diff.rows.reduce(into: [:]) { pairing, row in
      guard row.isSame, !row.isCopy, let a = row.a, let b = row.b, a.rows == nil, b.rows == nil,
        let mine = byName[a.name], let yours = other.byName[b.name]
      else { return }
      pairing[mine] = yours
    }
  }
}

extension WeightLeaf {
  /// `to_qkv.weight[0:64]`, or the path alone for all of a parameter of type `whole`.
  fileprivate func name(in whole: TensorType) -> Name {
    guard type.byteCount != whole.byteCount, let rows = whole.shape?.first, rows > 0,
      let bytes = whole.byteCount, bytes > 0, let size = type.byteCount
    else { return path }
    let row = bytes / rows
    guard offset % row == 0, size % row == 0 else { return Name("\(path) at \(offset)") }
    return Name("\(path)[\(offset / row):\((offset + size) / row)]")
  }
}

extension Diagnostic {
  fileprivate static func otherShape(_ leaf: WeightLeaf, _ type: TensorType, _ expected: TensorType?)
    -> Diagnostic
  {
    Diagnostic(
      "weight \(leaf.path.quoted) is \(type), but the graph takes \(expected.map { "\($0)" } ?? "none")",
      help: "pass the configuration that belongs to these weights")
  }
}
