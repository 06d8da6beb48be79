import Graphs
import Tensors

/// What convolution and its transpose share: x `[B, C, *S]`, a weight of as many axes, optionally a bias of
/// one element a result channel.
protocol ConvolutionOp: Op {
  var strides: [Int] { get }
  var dilations: [Int] { get }
  var groups: Int { get }
}

extension ConvolutionOp {
  /// Throws iff the inputs' elements or ranks do not fit, or an attribute does not have one sensible number an
  /// axis of space. `paddings` are the op's own attributes, by name.
  func expectWindow(_ inputs: [TensorType], _ paddings: [(String, [Int])]) throws(Diagnostic) {
    try expectCount(inputs, 2...3)
    try expectFloats(inputs)
    try expectOneElement(inputs)
    let (x, w) = (inputs[0], inputs[1])
    guard (3...5).contains(x.rank), w.rank == x.rank else { throw .ranks(x, w, Self.name) }
    for (key, numbers, least) in [("strides", strides, 1), ("dilations", dilations, 1)]
      + paddings.map({ ($0.0, $0.1, 0) })
    {
      guard numbers.count == x.rank - 2, numbers.allSatisfy({ $0 >= least }) else {
        throw .attribute(key, numbers, x.rank - 2, least, Self.name)
      }
    }
    guard groups >= 1 else { throw .groups(groups, Self.name) }
  }

  /// Throws iff there is a bias that is not of `channels` elements.
  func expectBias(_ inputs: [TensorType], _ channels: Dim) throws(Diagnostic) {
    guard inputs.count == 3, inputs[2].dims != [channels] else { return }
    throw .bias(inputs[2], channels, Self.name)
  }

  /// Throws iff `channels` do not fall into equal groups.
  func expectGroups(_ channels: Dim, of type: TensorType) throws(Diagnostic) {
    guard channels.dividedExactly(by: groups) != nil else {
      throw .uneven(channels, groups, type, Self.name)
    }
  }

  /// The result as it is before the taps are added: the bias, or zeros.
  func start(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> [Double] {
    let shape = type.shape ?? []
    guard inputs.count == 3 else { return Array(repeating: 0, count: type.count ?? 0) }
    let space = shape.dropFirst(2).reduce(1, *)
    let bias = try inputs[2].reals()
    let one = bias.flatMap { repeatElement($0, count: space) }
    return Array(repeatElement(one, count: shape[0]).joined())
  }

  /// The gradients of the weight and the bias alike for both ops.
  func biasGradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    guard site.inputs.count == 3 else { return [] }
    guard site.wanted[2] else { return [nil] }
    let rank = g[site.upstream].type.rank
    return [try g.sum(site.upstream, axes: [0] + Array(2..<rank), keep: false)]
  }

  /// The gradient of a weight `[Cs, Co/g, *K]` that joins the `strided` side `[B, Cs, *O]` to the `other`
  /// side `[B, Co, *S]`: a convolution over the batch, with strides and dilations exchanged.
  func weightGradient(
    strided: Value, other: Value, before: [Int], after: [Int], weight: Value, in g: inout Graph
  ) throws(Diagnostic) -> Value {
    let (type, kernel) = (g[other].type, g[weight].type.dims)
    let swap = [1, 0] + Array(2..<type.rank)
    var input = other
    if groups > 1 {
      let (batch, channels, space) = (type.dims[0], kernel[1], Array(type.dims.dropFirst(2)))
      guard let stacked = batch * Dim(groups) else { throw .groups(groups, Self.name) }
      input = try g.reshape(input, [batch, Dim(groups), channels] + space)
      input = try g.transpose(input, [2, 1, 0] + Array(3..<type.rank + 1))
      input = try g.reshape(input, [channels, stacked] + space)
    } else {
      input = try g.transpose(input, swap)
    }
    let conv = Conv(strides: dilations, dilations: strides, before: before, after: after, groups: groups)
    var gradient = try g.add(conv, [input, g.transpose(strided, swap)])
    for axis in 2..<type.rank { gradient = try g.fit(gradient, axis: axis, start: 0, length: kernel[axis]) }
    return try g.transpose(gradient, swap)
  }
}

extension Graph {
  /// The `length` elements from `start` on along `axis`, with zeros where `x` ends before.
  mutating func fit(_ x: Value, axis: Int, start: Dim, length: Dim) throws(Diagnostic) -> Value {
    let whole = self[x].type.dims[axis]
    guard start != 0 || whole != length else { return x }
    var x = x
    if let lacking = (start + length).flatMap({ $0 - whole })?.fixed, lacking > 0 {
      x = try pad(x, axis: axis, before: 0, after: Dim(lacking))
    }
    return start == 0 && self[x].type.dims[axis] == length
      ? x : try slice(x, axis: axis, start: start, length: length)
  }
}

extension Diagnostic {
  fileprivate static func ranks(_ x: TensorType, _ w: TensorType, _ op: String) -> Diagnostic {
    Diagnostic("\(op) takes x and a weight of 3 to 5 axes each, but it is given \(x) and \(w)")
  }
  fileprivate static func attribute(
    _ key: String, _ numbers: [Int], _ count: Int, _ least: Int, _ op: String
  ) -> Diagnostic {
    Diagnostic("\(key)=\(numbers) of \(op) must be \(count) numbers of \(least) or more")
  }
  fileprivate static func groups(_ groups: Int, _ op: String) -> Diagnostic {
    Diagnostic("\(op) has groups=\(groups), which is none or too many")
  }
  fileprivate static func bias(_ bias: TensorType, _ channels: Dim, _ op: String) -> Diagnostic {
    Diagnostic("the bias of \(op) is \(bias), but the result has \(channels) channels")
  }
  fileprivate static func uneven(_ channels: Dim, _ groups: Int, _ type: TensorType, _ op: String)
    -> Diagnostic
  {
    Diagnostic("the \(channels) channels of \(type) do not fall into the \(groups) groups of \(op)")
  }
}
