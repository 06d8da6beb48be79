import Graphs
import Operators
import Tensors

/// A rotation of heads spelt out: `u·cos(a) + turn(u)·sin(a)`, where a quarter turn takes each pair (x, y) of
/// features to (-y, x), or `x·cos(a) - y·sin(a)` and `x·sin(a) + y·cos(a)`, each for all pairs, put together.
struct HeadRotation {
  let features: HeadFeatures
  let style: RoPE.Style
  let angles: AngleTable
}

extension Site {
  /// `rotate` where this sum or concat is a rotation of whole heads, or this concat one of some of their first
  /// features.
  var rotation: Replacement? {
    for order in HeadOrder.allCases {
      if let rotation = graph.rotation(value, order) {
        return replacement(of: rotation.features, order, rotation.style, [rotation.angles])
      }
      if let partial = partialRotation(order) { return partial }
    }
    return nil
  }

  /// Parts of each head that turn, each by angles of its own, and behind them what does not.
  private func partialRotation(_ order: HeadOrder) -> Replacement? {
    guard let concat = node.as(Concat.self), node.type.rank == 4, concat.axis == -1 || concat.axis == 3 else {
      return nil
    }
    var (tables, styles) = ([AngleTable](), Set<RoPE.Style>())
    var (whole, end) = (HeadFeatures?.none, Dim(0))
    for (place, part) in inputs.enumerated() {
      let rotation = graph.rotation(part, order)
      guard let own = rotation?.features ?? graph.features(of: part), own.start == end,
        own.dims == node.type.dims, whole == nil || whole?.whole == own.whole, let next = end + own.length
      else { return nil }
      (whole, end) = (own, next)
      if let rotation {
        tables.append(rotation.angles)
        styles.insert(rotation.style)
      } else if place == 0 || place < inputs.count - 1 {
        return nil
      }
    }
    guard let whole, let style = styles.first, styles.count == 1, style == .interleaved || tables.count == 1
    else { return nil }
    let all = HeadFeatures(
      whole: whole.whole, dims: whole.dims, start: 0, length: whole.dims.last ?? 0, value: nil)
    return replacement(of: all, order, style, tables)
  }

  /// The rotation of tokens, its result with the axes of this node again.
  private func replacement(
    of features: HeadFeatures, _ order: HeadOrder, _ style: RoPE.Style, _ tables: [AngleTable]
  ) -> Replacement? {
    guard let heads = features.dims[order.heads].fixed else { return nil }
    let dims = node.type.dims
    return .building { (rebuild, name) throws(Diagnostic) in
      let x = try rebuild.graph.tokens(features.value(in: &rebuild), order.permutation)
      var angles: [Value] = []
      for table in tables { angles.append(try table.angles(in: &rebuild)) }
      let all = angles.count == 1 ? angles[0] : try rebuild.graph.concat(angles, axis: 1)
      let turned = try rebuild.graph.add(Rotate(heads: heads, style: style), [x, all], name: name)
      guard order == .headsFirst else { return try rebuild.graph.reshape(turned, dims) }
      return try rebuild.graph.reshape(rebuild.graph.headsFirst(turned, heads: heads), dims)
    }
  }
}

extension Graph {
  /// The rotation that `value` is.
  fileprivate func rotation(_ value: Value, _ order: HeadOrder) -> HeadRotation? {
    summedRotation(value, order) ?? pairedRotation(value, order)
  }

  /// The rotation that a sum of all features and their quarter turn is.
  private func summedRotation(_ sum: Value, _ order: HeadOrder) -> HeadRotation? {
    let type = self[sum].type
    guard self[sum].op is Add, type.rank == 4, type.element.isFloat else { return nil }
    for (plain, turned) in orders(of: sum) where self[plain].op is Multiply && self[turned].op is Multiply {
      for (u, cosines) in orders(of: plain) where self[u].type == type {
        guard let angles = angles(cosines, Cos.self, for: type, order) else { continue }
        for (turn, sines) in orders(of: turned) {
          guard let style = quarterTurn(turn, of: u), let features = features(of: u),
            self.angles(sines, Sin.self, for: type, order) == angles
          else { continue }
          return HeadRotation(features: features, style: style, angles: angles)
        }
      }
    }
    return nil
  }

  func orders(of value: Value) -> [(Value, Value)] {
    let inputs = self[value].inputs
    return [(inputs[0], inputs[1]), (inputs[1], inputs[0])]
  }

  /// Which features of `u` form pairs where `value` has each pair (x, y) of them as (-y, x).
  private func quarterTurn(_ value: Value, of u: Value) -> RoPE.Style? {
    let joined = unshaped(value)
    let (type, parts) = (self[u].type, self[joined].inputs)
    guard let concat = self[joined].as(Concat.self), parts.count == 2, self[value].type == type,
      let features = type.dims.last?.fixed, features.isMultiple(of: 2),
      self[unshaped(parts[0])].op is Negate,
      let second = half(unshaped(self[unshaped(parts[0])].inputs[0]), of: u, features / 2),
      let first = half(unshaped(parts[1]), of: u, features / 2),
      first.style == second.style, first.isFirst, !second.isFirst
    else { return nil }
    let dims = self[parts[0]].type.dims
    let axis = concat.axis < 0 ? concat.axis + dims.count : concat.axis
    let (pairs, last) = (Dim(features / 2), dims.count - 1)
    switch first.style {
    case .half:
      guard dims[last] == pairs, axis == last || (axis == last - 1 && dims[axis] == 1) else { return nil }
    case .interleaved:
      guard last > 0, dims[last] == 1, dims[last - 1] == pairs, axis == last else { return nil }
    }
    return first.style
  }

  /// Which of each pair of features of `u` `value` holds.
  private func half(_ value: Value, of u: Value, _ pairs: Int) -> (style: RoPE.Style, isFirst: Bool)? {
    guard let slice = self[value].as(Slice.self), slice.step == nil else { return nil }
    let whole = self[value].inputs[0]
    let (dims, lead) = (self[whole].type.dims, Array(self[u].type.dims.dropLast()))
    let axis = slice.axis < 0 ? slice.axis + dims.count : slice.axis
    if let outer = self[u].as(Slice.self), outer.step == nil, self[u].inputs[0] == whole,
      slice.length == Dim(pairs),
      axis == dims.count - 1, outer.axis == axis || outer.axis == -1
    {
      // Both are slices of the same.
      if slice.start == outer.start { return (.half, true) }
      return outer.start + slice.length == slice.start ? (.half, false) : nil
    }
    guard unshaped(whole) == unshaped(u), slice.start == 0 || slice.start == slice.length else { return nil }
    let isFirst = slice.start == 0
    if dims == self[u].type.dims, axis == dims.count - 1, slice.length == Dim(pairs) {
      return (.half, isFirst)
    }
    if slice.length == 1, dims == lead + [2, Dim(pairs)], axis == dims.count - 2 { return (.half, isFirst) }
    if slice.length == 1, dims == lead + [Dim(pairs), 2], axis == dims.count - 1 {
      return (.interleaved, isFirst)
    }
    return nil
  }
}
