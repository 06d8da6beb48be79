import Graphs
import Operators
import Tensors

extension Graph {
  /// The rotation that two parts, put together, are: the first features of all pairs and the second ones.
  func pairedRotation(_ value: Value, _ order: HeadOrder) -> HeadRotation? {
    let joined = unshaped(value)
    guard let concat = self[joined].as(Concat.self), self[joined].inputs.count == 2 else { return nil }
    let parts = self[joined].inputs
    let (real, imaginary) = (unshaped(parts[0]), unshaped(parts[1]))
    let type = self[real].type
    guard self[real].op is Subtract, self[imaginary].op is Add, type.rank == 4, type.element.isFloat,
      self[imaginary].type == type, let pairs = type.dims.last?.fixed
    else { return nil }
    let (plus, minus) = (self[real].inputs[0], self[real].inputs[1])
    guard self[plus].op is Multiply, self[minus].op is Multiply else { return nil }
    for (x, cosines) in orders(of: plus) where self[x].type == type {
      for (y, sines) in orders(of: minus) where self[y].type == type {
        guard isSum(imaginary, of: (x, sines), and: (y, cosines)),
          let (features, style) = halves(x, y, of: type),
          isJoined(parts, axis: concat.axis, type.dims.dropLast(), pairs, style),
          let angles = angles(ofPairs: cosines, Cos.self, for: type, order, style),
          self.angles(ofPairs: sines, Sin.self, for: type, order, style) == angles
        else { continue }
        return HeadRotation(features: features, style: style, angles: angles)
      }
    }
    return nil
  }

  /// Whether `value` is the sum of these two products.
  private func isSum(_ value: Value, of a: (Value, Value), and b: (Value, Value)) -> Bool {
    func isProduct(_ value: Value, _ of: (Value, Value)) -> Bool {
      guard self[value].op is Multiply else { return false }
      return orders(of: value).contains { $0 == of }
    }
    return orders(of: value).contains { isProduct($0.0, a) && isProduct($0.1, b) }
  }

  /// Whether `parts` put together along `axis` are heads whose features form pairs in this style.
  private func isJoined(
    _ parts: [Value], axis: Int, _ lead: ArraySlice<Dim>, _ pairs: Int, _ style: RoPE.Style
  )
    -> Bool
  {
    let dims = self[parts[0]].type.dims
    let place = axis < 0 ? axis + dims.count : axis
    guard self[parts[1]].type.dims == dims else { return false }
    switch style {
    case .half:
      return (dims == lead + [Dim(pairs)] && place == 3) || (dims == lead + [1, Dim(pairs)] && place == 3)
    case .interleaved: return dims == lead + [Dim(pairs), 1] && place == 4
    }
  }

  /// Of which features `x` and `y`, both of `type`, are the first and the second of all pairs.
  private func halves(_ x: Value, _ y: Value, of type: TensorType) -> (HeadFeatures, RoPE.Style)? {
    let (first, second) = (self[unshaped(x)], self[unshaped(y)])
    guard let a = first.as(Slice.self), let b = second.as(Slice.self), a.step == nil, b.step == nil,
      first.inputs == second.inputs, a.length == b.length, b.start == a.start + a.length,
      let pairs = type.dims.last, let length = pairs * 2
    else { return nil }
    let (whole, lead) = (first.inputs[0], Array(type.dims.dropLast()))
    let dims = self[whole].type.dims
    let (i, j) = (a.axis < 0 ? a.axis + dims.count : a.axis, b.axis < 0 ? b.axis + dims.count : b.axis)
    guard i == j else { return nil }
    if i == 3, dims.count == 4, Array(dims.dropLast()) == lead, a.length == pairs {
      return (HeadFeatures(whole: whole, dims: dims, start: a.start, length: length, value: nil), .half)
    }
    guard a.start == 0, a.length == 1 else { return nil }
    let style: RoPE.Style
    if dims == lead + [2, pairs], i == 3 {
      style = .half
    } else if dims == lead + [pairs, 2], i == 4 {
      style = .interleaved
    } else {
      return nil
    }
    let source = unshaped(whole)
    if self[source].type.dims == lead + [length], let features = features(of: source) {
      return (features, style)
    }
    return (HeadFeatures(whole: source, dims: lead + [length], start: 0, length: length, value: nil), style)
  }
}
