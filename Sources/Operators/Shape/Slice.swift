package import Graphs
package import Tensors

/// The `length` elements from `start` on along `axis`, every one or each `step`-th; a negative step goes
/// backwards.
package struct Slice: MovingOp {
  package static let name = "slice"
  package var axis: Int
  package var start: Dim
  package var length: Dim
  /// 1 where not given.
  package var step: Int?

  package init(axis: Int, start: Dim, length: Dim, step: Int = 1) {
    (self.axis, self.start, self.length) = (axis, start, length)
    self.step = step == 1 ? nil : step
  }

  /// Throws iff the range leaves the axis, as far as the lengths can be compared; where they cannot, the
  /// question is asked again once they are bound. Of no elements with a step, none can be outside.
  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 1)
    let place = try place(of: axis, in: inputs[0])
    let whole = inputs[0].dims[place]
    guard (length.fixed ?? 0) >= 0, step != 0, step != .min else { throw .outside(self, inputs[0]) }
    if length != 0 || step == nil {
      guard (start.fixed ?? 0) >= 0, isNotNegative(room(in: whole)) else { throw .outside(self, inputs[0]) }
      if let step, step < 0, !isNotNegative((whole - start).flatMap { $0 - 1 }) {
        throw .outside(self, inputs[0])
      }
    }
    var result = inputs[0]
    result.dims[place] = length
    return result
  }

  /// What the walk leaves of an axis of length `whole` where it ends; `nil` iff that is no dim.
  private func room(in whole: Dim) -> Dim? {
    guard let step else { return (whole - start).flatMap { $0 - length } }
    guard let reach = (length - 1).flatMap({ $0 * Dim(step) }), let last = start + reach else { return nil }
    return step < 0 ? last : (whole - last).flatMap { $0 - 1 }
  }

  /// Whether `dim` is not known to be negative or to be none at any length.
  private func isNotNegative(_ dim: Dim?) -> Bool {
    if let dim { return (dim.fixed ?? 0) >= 0 }
    return start.fixed == nil || length.fixed == nil
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    guard type.count != 0 else { return try Tensor(type, bytes: []) }
    let place = try place(of: axis, in: inputs[0].type)
    var view = StridedView(of: inputs[0].shape)
    view.shape[place] = try length(length)
    view.offset = try length(start) &* view.strides[place]
    view.strides[place] &*= step ?? 1
    return try inputs[0].reading(view.places, as: type)
  }

  package func view(_ inputs: [TensorType], _ output: TensorType) -> View? {
    guard step == nil, let start = start.fixed, let place = try? place(of: axis, in: inputs[0]) else {
      return nil
    }
    return .rows(of: inputs[0], from: start, along: place, as: output)
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let type = g[site.inputs[0]].type
    let place = try place(of: axis, in: type)
    let whole = type.dims[place]
    var (upstream, start, width) = (site.upstream, length == 0 ? 0 : start, length)
    if let step, length != 0 {
      if step < 0 {
        guard let last = length - 1, let lowest = (last * Dim(step)).flatMap({ $0 + start }) else {
          throw .mixed(self, type)
        }
        upstream = try g.slice(upstream, axis: place, start: last, length: length, step: -1)
        start = lowest
      }
      upstream = try spread(upstream, along: place, by: abs(step), in: &g)
      width = g[upstream].type.dims[place]
    }
    guard let after = (whole - start).flatMap({ $0 - width }) else { throw .mixed(self, type) }
    return [try g.pad(upstream, axis: axis, before: start, after: after)]
  }

  /// The elements of `x` along an axis with zeros between them, so that they are `step` apart.
  private func spread(_ x: Value, along place: Int, by step: Int, in g: inout Graph) throws(Diagnostic)
    -> Value
  {
    guard step > 1 else { return x }
    let type = g[x].type
    var (apart, together) = (type.dims, type.dims)
    apart.insert(1, at: place + 1)
    guard let width = length * Dim(step), let kept = width - Dim(step - 1) else { throw .mixed(self, type) }
    together[place] = width
    let padded = try g.pad(g.reshape(x, apart), axis: place + 1, before: 0, after: Dim(step - 1))
    return try g.slice(g.reshape(padded, together), axis: place, start: 0, length: kept)
  }
}

extension Diagnostic {
  fileprivate static func outside(_ op: Slice, _ type: TensorType) -> Diagnostic {
    let step = op.step.map { " in steps of \($0)" } ?? ""
    return Diagnostic(
      "the \(op.length) elements from \(op.start) on\(step) leave axis \(op.axis) of \(type)")
  }
  fileprivate static func mixed(_ op: Slice, _ type: TensorType) -> Diagnostic {
    Diagnostic(
      "what slice leaves of axis \(op.axis) of \(type) cannot be said for every length",
      help: "bind the named lengths before differentiating")
  }
}
