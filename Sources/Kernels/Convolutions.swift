import CKernels
import Graphs
import Operators
import Tensors

extension Kernel {
  /// Convolutions over more than one axis of space; those over one are lowered.
  static let convolutions: [Kernel] = [
    Kernel(Conv.self) { op, signature in
      guard signature.isFloat, signature.inputs[0].rank > 3 else { return nil }
      let (x, w, hasBias) = (signature.shape(0), signature.shape(1), signature.inputs.count > 2)
      let space = Array(x.dropFirst(2))
      let shape = ck_conv_shape(op, w, inputs: x[1])
      return { operands in
        var shape = shape
        ck_conv_nd(
          &shape, x[0], space, operands[0], operands[1], hasBias ? operands[2] : nil, operands.result)
      }
    }
  ]
}

extension LoweringRule {
  /// Convolutions over one axis of space, as a packing of the weights and a convolution with packed ones.
  static let convolutions: [LoweringRule] = [
    LoweringRule(Conv.self) { (op, inputs, name, lowering) throws(Diagnostic) in
      guard lowering.isFloatOverOneAxis(inputs) else { return nil }
      let weight = lowering.graph[inputs[1]].type.shape ?? []
      let window = ConvWindow(
        isTransposed: false, inputs: weight[1] * op.groups, outputs: weight[0], taps: weight[2],
        groups: op.groups, stride: op.strides[0], dilation: op.dilations[0], before: op.before[0],
        after: op.after[0], outputPadding: 0, isNarrow: false)
      return try lowering.convolution(window, inputs, name)
    },
    LoweringRule(ConvTranspose.self) { (op, inputs, name, lowering) throws(Diagnostic) in
      guard lowering.isFloatOverOneAxis(inputs) else { return nil }
      let weight = lowering.graph[inputs[1]].type.shape ?? []
      let window = ConvWindow(
        isTransposed: true, inputs: weight[0], outputs: weight[1] * op.groups, taps: weight[2],
        groups: op.groups, stride: op.strides[0], dilation: op.dilations[0], before: op.padding[0],
        after: op.padding[0], outputPadding: op.outputPadding[0],
        isNarrow: false)
      return try lowering.convolution(window, inputs, name)
    },
  ]
}

extension Lowering {
  fileprivate func isFloatOverOneAxis(_ inputs: [Value]) -> Bool {
    graph[inputs[0]].type.rank == 3 && inputs.allSatisfy { graph[$0].type.element == .f32 }
  }

  /// A snake in front is taken into the convolution, which passes each element through it as it reads; where x and
  /// the weights are rounded to `bf16`, it rounds them.
  fileprivate mutating func convolution(_ window: ConvWindow, _ inputs: [Value], _ name: Name)
    throws(Diagnostic) -> Value
  {
    var (window, inputs) = (window, inputs)
    if let x = unrounded(inputs[0]), let weight = unrounded(inputs[1]) {
      (inputs[0], inputs[1], window.isNarrow) = (x, weight, true)
    }
    let packed = try add(PackConv(window: window), [inputs[1]], name: Name("\(name).packed"))
    let source = graph[inputs[0]]
    let waves = source.op is Wave
    let x = waves ? source.inputs : [inputs[0]]
    let conv = PackedConv(window: window, waves: waves)
    return try add(conv, [x[0], packed] + inputs.dropFirst(2) + x.dropFirst(), name: name)
  }

  /// What `value` is rounded from, if it is `cast(cast(x) element=bf16) element=f32`.
  private func unrounded(_ value: Value) -> Value? {
    let wide = graph[value]
    guard wide.op is Cast, wide.type.element == .f32 else { return nil }
    let narrow = graph[wide.inputs[0]]
    guard narrow.op is Cast, narrow.type.element == .bf16 else { return nil }
    return graph[narrow.inputs[0]].type.element == .f32 ? narrow.inputs[0] : nil
  }
}

extension ck_conv_shape {
  fileprivate init(_ op: Conv, _ weight: [Int], inputs: Int) {
    self.init()
    (rank, self.inputs, outputs, groups) = (weight.count - 2, inputs, weight[0], op.groups)
    kernel = triple(Array(weight.dropFirst(2)), or: 1)
    stride = triple(op.strides, or: 1)
    dilation = triple(op.dilations, or: 1)
    pad_before = triple(op.before, or: 0)
    pad_after = triple(op.after, or: 0)
  }
}

/// The first three of `numbers`, with `missing` for those that are not there.
private func triple(_ numbers: [Int], or missing: Int) -> (Int, Int, Int) {
  let all = numbers + Array(repeating: missing, count: 3)
  return (all[0], all[1], all[2])
}
