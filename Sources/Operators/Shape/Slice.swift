package import Graphs
package import Tensors

/// The `length` elements from `start` on along `axis`.
package struct Slice: MovingOp {
  package static let name = "slice"
  package var axis: Int
  package var start: Dim
  package var length: Dim

  package init(axis: Int, start: Dim, length: Dim) {
    (self.axis, self.start, self.length) = (axis, start, length)
  }

  /// Throws iff the range leaves the axis, as far as the lengths can be compared; where they cannot, the
  /// question is asked again once they are bound.
  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 1)
    let place = try place(of: axis, in: inputs[0])
    let whole = inputs[0].dims[place]
    guard (start.fixed ?? 0) >= 0, (length.fixed ?? 0) >= 0 else { throw .outside(self, inputs[0]) }
    if let left = (whole - start).flatMap({ $0 - length }) {
      guard (left.fixed ?? 0) >= 0 else { throw .outside(self, inputs[0]) }
    } else if whole.fixed != nil, start.fixed != nil, length.fixed != nil {
      throw .outside(self, inputs[0])
    }
    var result = inputs[0]
    result.dims[place] = length
    return result
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    let place = try place(of: axis, in: inputs[0].type)
    var view = StridedView(of: inputs[0].shape)
    view.shape[place] = try length(length)
    view.offset = try length(start) &* view.strides[place]
    return try inputs[0].reading(view.places, as: type)
  }

  package func view(_ inputs: [TensorType], _ output: TensorType) -> View? {
    guard let start = start.fixed, let place = try? place(of: axis, in: inputs[0]) else { return nil }
    return .rows(of: inputs[0], from: start, along: place, as: output)
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let type = g[site.inputs[0]].type
    let whole = type.dims[try place(of: axis, in: type)]
    guard let after = (whole - start).flatMap({ $0 - length }) else { throw .mixed(self, type) }
    return [try g.pad(site.upstream, axis: axis, before: start, after: after)]
  }
}

extension Diagnostic {
  fileprivate static func outside(_ op: Slice, _ type: TensorType) -> Diagnostic {
    Diagnostic("the \(op.length) elements from \(op.start) on leave axis \(op.axis) of \(type)")
  }
  fileprivate static func mixed(_ op: Slice, _ type: TensorType) -> Diagnostic {
    Diagnostic(
      "what slice leaves of axis \(op.axis) of \(type) cannot be said for every length",
      help: "bind the named lengths before differentiating")
  }
}
