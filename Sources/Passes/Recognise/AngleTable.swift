import Graphs
import Operators
import Tensors

/// The angle of each feature at each token, of which a rotation reads cosine and sine.
struct AngleTable: Equatable {
  /// `[N, R]`, or `[N, R/2]` where each angle stands for two features; axes of length 1 may stand between.
  let angles: Value
  let layout: Layout
  let tokens: Dim
  let features: Int

  enum Layout {
    /// One angle a feature.
    case whole
    /// All angles, and all of them again.
    case tiled
    /// Each angle twice.
    case paired
  }

  /// `[N, R]` in the new graph.
  func angles(in rebuild: inout Rebuild) throws(Diagnostic) -> Value {
    let source = try rebuild.new(angles)
    let pairs = Dim(features / 2)
    switch layout {
    case .whole: return try rebuild.graph.reshape(source, [tokens, Dim(features)])
    case .tiled:
      let single = try rebuild.graph.reshape(source, [tokens, pairs])
      return try rebuild.graph.concat([single, single], axis: 1)
    case .paired:
      let single = try rebuild.graph.reshape(source, [tokens, pairs, 1])
      return try rebuild.graph.reshape(
        rebuild.graph.broadcast(single, [tokens, pairs, 2]), [tokens, Dim(features)])
    }
  }
}

extension Graph {
  /// The angles that `value` is the `Wave` of, cosine or sine, where it is one for each token and feature of
  /// heads `[B, H, N, R]`.
  func angles<Wave: Op>(_ value: Value, _: Wave.Type, for heads: TensorType) -> AngleTable? {
    let dims = self[value].type.dims
    guard let features = heads.dims.last?.fixed, dims.count >= 2, features.isMultiple(of: 2),
      Array(dims.suffix(2)) == Array(heads.dims.suffix(2)), dims.dropLast(2).allSatisfy({ $0 == 1 })
    else { return nil }
    let base = unshaped(value)
    func table(_ angles: Value, _ layout: AngleTable.Layout) -> AngleTable? {
      let count = layout == .whole ? features : features / 2
      guard self[angles].type.dims.filter({ $0 != 1 }) == [heads.dims[2], Dim(count)].filter({ $0 != 1 }),
        [.f32, .f64].contains(self[angles].type.element)
      else { return nil }
      return AngleTable(angles: unshaped(angles), layout: layout, tokens: heads.dims[2], features: features)
    }
    if self[base].op is Wave {
      let angles = unshaped(self[base].inputs[0])
      if let (single, layout) = doubled(angles, features) { return table(single, layout) }
      return table(angles, .whole)
    }
    guard let (single, layout) = doubled(base, features), self[single].op is Wave else { return nil }
    return table(self[single].inputs[0], layout)
  }

  /// What stands twice in each row of `value`.
  private func doubled(_ value: Value, _ features: Int) -> (single: Value, AngleTable.Layout)? {
    let node = self[value]
    if let concat = node.as(Concat.self), concat.axis == -1 || concat.axis == node.type.rank - 1,
      node.inputs.count == 2, node.inputs[0] == node.inputs[1], node.type.dims.last == Dim(features)
    {
      return (unshaped(node.inputs[0]), .tiled)
    }
    guard node.op is Broadcast else { return nil }
    let (before, after) = (self[node.inputs[0]].type.dims, node.type.dims)
    guard before.count == after.count, let axis = before.indices.last(where: { before[$0] != after[$0] }),
      before[..<axis] == after[..<axis], after[axis] == 2
    else { return nil }
    let (inner, outer) = (Array(after[(axis + 1)...]), Array(after[..<axis].suffix(1)))
    if inner == [Dim(features / 2)] { return (unshaped(node.inputs[0]), .tiled) }
    return inner.isEmpty && outer == [Dim(features / 2)] ? (unshaped(node.inputs[0]), .paired) : nil
  }
}
