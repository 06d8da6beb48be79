package import Graphs
package import Tensors

/// Transposed convolution over one to three axes of space, as in torch:
/// `y[i·stride + k·dilation - padding] += w[k] · x[i]`, upon the bias.
///
/// Inputs: x `[B, Cin, *S]`, w `[Cin, Cout/groups, *K]`, optionally bias `[Cout]`. Result `[B, Cout, *O]` with
/// `O = (S-1)·stride - 2·padding + dilation·(K-1) + output_padding + 1`, where S may be named.
package struct ConvTranspose: ConvolutionOp {
  package static let name = "conv_transpose"
  package var strides: [Int]
  package var dilations: [Int]
  package var padding: [Int]
  /// Elements more at the end; below the stride or the dilation.
  package var outputPadding: [Int]
  package var groups: Int

  package init(strides: [Int], dilations: [Int], padding: [Int], outputPadding: [Int], groups: Int = 1) {
    (self.strides, self.dilations, self.padding) = (strides, dilations, padding)
    (self.outputPadding, self.groups) = (outputPadding, groups)
  }

  private enum CodingKeys: String, CodingKey {
    case strides, dilations, padding
    case outputPadding = "output_padding"
    case groups
  }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectWindow(inputs, [("padding", padding), ("output_padding", outputPadding)])
    let (x, w) = (inputs[0], inputs[1])
    guard w.dims[0] == x.dims[1] else { throw .channels(x, w) }
    try expectGroups(x.dims[1], of: x)
    guard let channels = w.dims[1] * Dim(groups) else { throw .channels(x, w) }
    try expectBias(inputs, channels)
    var dims = [x.dims[0], channels]
    for axis in 2..<x.rank {
      guard outputPadding[axis - 2] < max(strides[axis - 2], dilations[axis - 2]) else {
        throw .outputPadding(axis, x, self)
      }
      guard let length = length(x.dims[axis], w.dims[axis], axis - 2) else { throw .length(axis, x, w) }
      guard (length.fixed ?? 1) > 0, (w.dims[axis].fixed ?? 1) > 0, (x.dims[axis].fixed ?? 1) > 0
      else { throw .tooShort(axis, x, w) }
      dims.append(length)
    }
    return try typed(x.element, dims)
  }

  /// The length of a result's axis of space; `nil` iff that is no dim.
  private func length(_ length: Dim, _ kernel: Dim, _ axis: Int) -> Dim? {
    let (cut, overflow) = padding[axis].multipliedReportingOverflow(by: 2)
    guard !overflow, let moved = (length - 1).flatMap({ $0 * Dim(strides[axis]) }),
      let reach = (kernel - 1).flatMap({ $0 * Dim(dilations[axis]) }),
      let whole = (moved + reach).flatMap({ $0 + Dim(outputPadding[axis]) }).flatMap({ $0 + 1 })
    else { return nil }
    return whole - Dim(cut)
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    guard let shape = type.shape, type.count != 0 else { return try Tensor(type, bytes: []) }
    let (xShape, wShape) = (inputs[0].shape, inputs[1].shape)
    let (kernel, space) = (Array(wShape.dropFirst(2)), Array(xShape.dropFirst(2)))
    let (taps, xSpace, ySpace) = (kernel.reduce(1, *), space.reduce(1, *), shape.dropFirst(2).reduce(1, *))
    let (x, w) = (try inputs[0].reals(), try inputs[1].reals())
    let (width, depth) = (wShape[1], xShape[1] / groups)
    var y = try start(inputs, as: type)
    let window = Window(strides: strides, dilations: dilations, before: padding)
    for (tap, position) in Window.taps(kernel).enumerated() {
      let places = window.places(at: position, strided: space, other: Array(shape.dropFirst(2)))
      for (batch, inner, out) in Triples(shape[0], xShape[1], width) {
        let factor = w[(inner * width + out) * taps + tap]
        let xStart = (batch * xShape[1] + inner) * xSpace
        let yStart = (batch * shape[1] + inner / depth * width + out) * ySpace
        for (index, place) in places.enumerated() where place >= 0 {
          y[yStart + place] += factor * x[xStart + index]
        }
      }
    }
    return try Tensor(reals: y, as: type)
  }

  package func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost {
    let weight = Double(inputs[1].count ?? 0) / Double(max(1, inputs[1].dims[0].fixed ?? 1))
    return .touching(inputs, output, flops: 2 * Double(inputs[0].count ?? 0) * weight)
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let (x, w) = (site.inputs[0], site.inputs[1])
    return [
      site.wanted[0] ? try inputGradient(site, in: &g) : nil,
      site.wanted[1]
        ? try weightGradient(
          strided: x, other: site.upstream, before: padding, after: padding, weight: w, in: &g) : nil,
    ] + (try biasGradient(site, in: &g))
  }

  private func inputGradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> Value {
    let conv = Conv(
      strides: strides, dilations: dilations, before: padding, after: padding, groups: groups)
    var gradient = try g.add(conv, [site.upstream, site.inputs[1]])
    let dims = g[site.inputs[0]].type.dims
    for axis in 2..<dims.count { gradient = try g.fit(gradient, axis: axis, start: 0, length: dims[axis]) }
    return gradient
  }
}

extension Diagnostic {
  fileprivate static func channels(_ x: TensorType, _ w: TensorType) -> Diagnostic {
    Diagnostic("x is \(x) with \(x.dims[1]) channels on axis 1, but the weight \(w) takes \(w.dims[0])")
  }
  fileprivate static func outputPadding(_ axis: Int, _ x: TensorType, _ op: ConvTranspose) -> Diagnostic {
    Diagnostic(
      """
      output_padding is \(op.outputPadding[axis - 2]) on axis \(axis) of \(x), but it must be below the \
      stride \(op.strides[axis - 2]) or the dilation \(op.dilations[axis - 2])
      """
    )
  }
  fileprivate static func length(_ axis: Int, _ x: TensorType, _ w: TensorType) -> Diagnostic {
    Diagnostic(
      "axis \(axis) of \(x), spread by the kernel of \(w), has no length",
      help: "bind the named lengths first")
  }
  fileprivate static func tooShort(_ axis: Int, _ x: TensorType, _ w: TensorType) -> Diagnostic {
    Diagnostic("axis \(axis) of \(x), spread by the kernel of \(w) and cut by the padding, leaves nothing")
  }
}
