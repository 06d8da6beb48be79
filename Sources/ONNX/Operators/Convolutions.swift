import Graphs
import Operators
import Tensors

extension Operator {
  /// Convolutions over one to three axes of space.
  static let convolutions: [Operator] = [
    Operator("Conv") { (call) throws(Diagnostic) in try call.convolution() },
    Operator("ConvTranspose") { (call) throws(Diagnostic) in try call.transposedConvolution() },
  ]
}

extension Call {
  /// Input 0 convolved with input 1, upon input 2.
  func convolution() throws(Diagnostic) -> Value {
    let kernel = Array(try type(of: 1).dims.dropFirst(2))
    let window = try SpatialWindow(self, over: type(of: 0), kernel: kernel)
    let conv = Conv(
      strides: window.strides, dilations: window.dilations, before: window.before, after: window.after,
      groups: try integer("group", default: 1))
    return try g.add(conv, operands())
  }

  /// Input 0 convolved with input 1 transposed, upon input 2.
  ///
  /// Where the padding differs in front and behind, or follows from the result's length, all of the result is
  /// made without padding, extended by `output_padding` zeros and cut; the bias is added then.
  fileprivate func transposedConvolution() throws(Diagnostic) -> Value {
    let kernel = Array(try type(of: 1).dims.dropFirst(2))
    let window = try SpatialWindow(self, over: type(of: 0), kernel: kernel, isTransposed: true)
    let rank = kernel.count
    let extra = try numbers("output_padding", rank, least: 0, default: 0)
    let lengths = try resultLengths(window)
    var op = ConvTranspose(
      strides: window.strides, dilations: window.dilations, padding: window.before, outputPadding: extra,
      groups: try integer("group", default: 1))
    let isWithin = (0..<rank).allSatisfy { extra[$0] < Swift.max(window.strides[$0], window.dilations[$0]) }
    if lengths == nil, window.before == window.after, isWithin { return try g.add(op, operands()) }
    op.padding = Array(repeating: 0, count: rank)
    op.outputPadding = op.padding
    var y = try g.add(op, [input(0), input(1)])
    for axis in 0..<rank {
      guard let whole = type(y).dims[axis + 2] + Dim(extra[axis]) else { throw refusal("is too long") }
      let (start, length) = try cut(whole, axis, window, to: lengths?[axis])
      y = try fitted(y, axis: axis + 2, start: start, length: length)
    }
    guard let bias = optional(2) else { return y }
    return try g.add(y, g.reshape(bias, type(bias).dims + Array(repeating: 1, count: rank)))
  }

  /// As `Conv` takes them: the bias may be left out.
  private func operands() throws(Diagnostic) -> [Value] {
    try [input(0), input(1)] + (optional(2).map { [$0] } ?? [])
  }

  /// The lengths of the result's axes of space where the node decides them and not the padding.
  private func resultLengths(_ window: SpatialWindow) throws(Diagnostic) -> [Dim]? {
    let rank = window.strides.count
    if let given = try integers("output_shape"), !given.isEmpty {
      guard given.count >= rank else { throw refusal("has the output shape \(given) for \(rank) axes") }
      return Array(given.suffix(rank)).map(Dim.fixed)
    }
    guard window.placement != nil else { return nil }
    var lengths: [Dim] = []
    for (dim, stride) in zip(try type(of: 0).dims.dropFirst(2), window.strides) {
      guard let length = dim * Dim(stride) else { throw refusal("is too long") }
      lengths.append(length)
    }
    return lengths
  }

  /// Where the part of an axis begins that stays, and how long it is.
  private func cut(_ whole: Dim, _ axis: Int, _ window: SpatialWindow, to length: Dim?)
    throws(Diagnostic) -> (start: Int, length: Dim)
  {
    guard let length else {
      let rest = (whole - Dim(window.before[axis])).flatMap { $0 - Dim(window.after[axis]) }
      guard let rest else { throw refusal("is too long") }
      return (window.before[axis], rest)
    }
    guard let surplus = (whole - length)?.fixed else { throw refusal("cuts \(whole) elements to \(length)") }
    let total = Swift.max(0, surplus)
    return (window.placement == .upper ? total / 2 : total - total / 2, length)
  }

  /// The `length` elements from `start` on, with zeros where `x` does not reach.
  private func fitted(_ x: Value, axis: Int, start: Int, length: Dim) throws(Diagnostic) -> Value {
    guard let lacking = (Dim(start) + length).flatMap({ $0 - type(x).dims[axis] }) else {
      throw refusal("cuts \(type(x)) to \(length) elements")
    }
    let back = Swift.max(0, lacking.fixed ?? 0)
    let y = back > 0 ? try g.pad(x, axis: axis, before: 0, after: Dim(back)) : x
    guard start > 0 || type(y).dims[axis] != length else { return y }
    return try g.slice(y, axis: axis, start: Dim(start), length: length)
  }
}
