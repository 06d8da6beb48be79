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
  /// `heads`.
  func angles<Wave: Op>(_ value: Value, _: Wave.Type, for heads: TensorType, _ order: HeadOrder)
    -> AngleTable?
  {
    guard let features = heads.dims.last?.fixed, features.isMultiple(of: 2),
      let base = rows(value, of: heads, order)
    else { return nil }
    let tokens = heads.dims[order.tokens]
    if self[base].op is Wave {
      let angles = unshaped(self[base].inputs[0])
      if let (single, layout) = doubled(angles, features) { return table(single, layout, tokens, features) }
      return table(angles, .whole, tokens, features)
    }
    guard let (single, layout) = doubled(base, features), self[single].op is Wave else { return nil }
    return table(self[single].inputs[0], layout, tokens, features)
  }

  /// The angles that `value` is the `Wave` of, where it is one for each token and pair of features of heads, of
  /// which `half` is the type of the first features of all pairs.
  func angles<Wave: Op>(
    ofPairs value: Value, _: Wave.Type, for half: TensorType, _ order: HeadOrder, _ style: RoPE.Style
  ) -> AngleTable? {
    guard let pairs = half.dims.last?.fixed, let base = rows(value, of: half, order), self[base].op is Wave
    else { return nil }
    return table(
      self[base].inputs[0], style == .half ? .tiled : .paired, half.dims[order.tokens], 2 * pairs)
  }

  private func table(_ angles: Value, _ layout: AngleTable.Layout, _ tokens: Dim, _ features: Int)
    -> AngleTable?
  {
    let count = Dim(layout == .whole ? features : features / 2)
    guard self[angles].type.dims.product == tokens * count, [.f32, .f64].contains(self[angles].type.element)
    else { return nil }
    return AngleTable(angles: unshaped(angles), layout: layout, tokens: tokens, features: features)
  }

  /// What `value` is `[N, R]` of, where it is the same for the whole batch and all heads of `heads`; in which
  /// type it was computed makes no difference.
  private func rows(_ value: Value, of heads: TensorType, _ order: HeadOrder) -> Value? {
    let dims = self[value].type.dims
    let row = order == .headsFirst ? Array(heads.dims[2...]) : [heads.dims[1], 1, heads.dims[3]]
    guard dims.count >= row.count, Array(dims.suffix(row.count)) == row else { return nil }
    let outer = dims.dropLast(row.count).filter { $0 != 1 }
    var base = unshaped(value)
    if !outer.isEmpty {
      guard outer == [heads.dims[0]], let row = unbatched(base, as: dims) else { return nil }
      base = unshaped(row)
    }
    let node = self[base]
    return node.op is Cast && node.type.element == heads.element ? unshaped(node.inputs[0]) : base
  }

  /// What is broadcast along the first axis of `value`, which are `dims` but for axes of length 1.
  private func unbatched(_ value: Value, as dims: [Dim]) -> Value? {
    guard self[value].op is Broadcast else { return nil }
    let (source, after) = (self[value].inputs[0], self[value].type.dims)
    let own = self[source].type.dims
    let before = Array(repeating: Dim(1), count: after.count - own.count) + own
    let grown = after.indices.filter { before[$0] != after[$0] }
    guard grown.count == 1, after[..<grown[0]].allSatisfy({ $0 == 1 }),
      after.filter({ $0 != 1 }) == dims.filter({ $0 != 1 })
    else { return nil }
    return source
  }

  /// What stands twice in each row of `value`.
  func doubled(_ value: Value, _ features: Int) -> (single: Value, AngleTable.Layout)? {
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
