package import Graphs
package import Tensors

/// Convolution (cross-correlation, as in torch) over one to three axes of space:
/// `y[o] = bias + Σ_k w[k] · x[o·stride + k·dilation - before]`, x being 0 outside.
///
/// Inputs: x `[B, Cin, *S]`, w `[Cout, Cin/groups, *K]`, optionally bias `[Cout]`. Result `[B, Cout, *O]` with
/// `O = ⌊(S + before + after - dilation·(K-1) - 1) / stride⌋ + 1`, where S may be named.
package struct Conv: ConvolutionOp {
  package static let name = "conv"
  package var strides: [Int]
  package var dilations: [Int]
  package var before: [Int]
  package var after: [Int]
  package var groups: Int

  package init(strides: [Int], dilations: [Int], before: [Int], after: [Int], groups: Int = 1) {
    (self.strides, self.dilations, self.before, self.after) = (strides, dilations, before, after)
    self.groups = groups
  }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectWindow(inputs, [("before", before), ("after", after)])
    let (x, w) = (inputs[0], inputs[1])
    guard w.dims[1] * Dim(groups) == x.dims[1] else { throw .channels(x, w, groups) }
    try expectGroups(w.dims[0], of: w)
    try expectBias(inputs, w.dims[0])
    var dims = [x.dims[0], w.dims[0]]
    for axis in 2..<x.rank {
      guard let room = room(x.dims[axis], w.dims[axis], axis - 2) else { throw .length(axis, x, w, self) }
      guard (room.fixed ?? 0) >= 0, (w.dims[axis].fixed ?? 1) > 0 else { throw .tooShort(axis, x, w, self) }
      guard let length = room.dividedDown(by: strides[axis - 2]).flatMap({ $0 + 1 }) else {
        throw .length(axis, x, w, self)
      }
      dims.append(length)
    }
    return try typed(x.element, dims)
  }

  /// How far the window can move along an axis of space; `nil` iff that is no dim.
  private func room(_ length: Dim, _ kernel: Dim, _ axis: Int) -> Dim? {
    guard let reach = (kernel - 1).flatMap({ $0 * Dim(dilations[axis]) }),
      let padded = (length + Dim(before[axis])).flatMap({ $0 + Dim(after[axis]) })
    else { return nil }
    return (padded - reach).flatMap { $0 - 1 }
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    guard let shape = type.shape, type.count != 0 else { return try Tensor(type, bytes: []) }
    let (xShape, wShape) = (inputs[0].shape, inputs[1].shape)
    let (kernel, space) = (Array(wShape.dropFirst(2)), Array(xShape.dropFirst(2)))
    let (taps, xSpace, ySpace) = (kernel.reduce(1, *), space.reduce(1, *), shape.dropFirst(2).reduce(1, *))
    let (x, w) = (try inputs[0].reals(), try inputs[1].reals())
    let (depth, width) = (wShape[1], shape[1] / groups)
    var y = try start(inputs, as: type)
    let window = Window(strides: strides, dilations: dilations, before: before)
    for (tap, position) in Window.taps(kernel).enumerated() {
      let places = window.places(at: position, strided: Array(shape.dropFirst(2)), other: space)
      for (batch, out, inner) in Triples(shape[0], shape[1], depth) {
        let factor = w[(out * depth + inner) * taps + tap]
        let xStart = (batch * xShape[1] + out / width * depth + inner) * xSpace
        let yStart = (batch * shape[1] + out) * ySpace
        for (index, place) in places.enumerated() where place >= 0 {
          y[yStart + index] += factor * x[xStart + place]
        }
      }
    }
    return try Tensor(reals: y, as: type)
  }

  package func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost {
    let weight = Double(inputs[1].count ?? 0) / Double(max(1, inputs[1].dims[0].fixed ?? 1))
    return .touching(inputs, output, flops: 2 * Double(output.count ?? 0) * weight)
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let (x, w) = (site.inputs[0], site.inputs[1])
    return [
      site.wanted[0] ? try inputGradient(site, in: &g) : nil,
      site.wanted[1]
        ? try weightGradient(
          strided: site.upstream, other: x, before: before, after: after, weight: w, in: &g) : nil,
    ] + (try biasGradient(site, in: &g))
  }

  private func inputGradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> Value {
    let none = before.map { _ in 0 }
    let spread = ConvTranspose(
      strides: strides, dilations: dilations, padding: none, outputPadding: none, groups: groups)
    var gradient = try g.add(spread, [site.upstream, site.inputs[1]])
    let dims = g[site.inputs[0]].type.dims
    for axis in before.indices {
      gradient = try g.fit(gradient, axis: axis + 2, start: Dim(before[axis]), length: dims[axis + 2])
    }
    return gradient
  }
}

extension Diagnostic {
  fileprivate static func channels(_ x: TensorType, _ w: TensorType, _ groups: Int) -> Diagnostic {
    Diagnostic(
      """
      x is \(x) with \(x.dims[1]) channels on axis 1, but the weight \(w) takes \(groups) groups of \
      \(w.dims[1])
      """
    )
  }
  fileprivate static func tooShort(_ axis: Int, _ x: TensorType, _ w: TensorType, _ op: Conv) -> Diagnostic {
    let place = axis - 2
    return Diagnostic(
      """
      axis \(axis) of \(x), padded by \(op.before[place]) and \(op.after[place]), is shorter than the kernel \
      of \(w) at dilation \(op.dilations[place])
      """
    )
  }
  fileprivate static func length(_ axis: Int, _ x: TensorType, _ w: TensorType, _ op: Conv) -> Diagnostic {
    Diagnostic(
      """
      axis \(axis) of \(x), convolved with \(w) at stride \(op.strides[axis - 2]), has no length for every \
      \(x.dims[axis])
      """,
      help: "name the length as a multiple of the stride, or bind it first")
  }
}
