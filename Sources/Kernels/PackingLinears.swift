import Graphs
import Operators
import Tensors

extension LoweringRule {
  /// Linear layers of many rows, as a packing of their weights and a product with packed ones, which takes in what
  /// alone reads it: a pointwise function, a gate or a sum.
  ///
  /// Weights that something else reads, too, such as those whose gradients go the other way, stay as they lie.
  static let linears: [LoweringRule] = [
    LoweringRule(Linear.self) { (_, inputs, name, lowering) throws(Diagnostic) in
      try lowering.packedLinear(inputs, name, isNarrow: false, isTurned: false)
    },
    LoweringRule(NarrowLinear.self) { (op, inputs, name, lowering) throws(Diagnostic) in
      guard op.element == .bf16 else { return nil }
      return try lowering.packedLinear(inputs, name, isNarrow: true, isTurned: false)
    },
    LoweringRule(NarrowMatMul.self) { (op, inputs, name, lowering) throws(Diagnostic) in
      guard op.element == .bf16 else { return nil }
      return try lowering.packedLinear(inputs, name, isNarrow: true, isTurned: true)
    },
    LoweringRule(ReLU.self) { (_, inputs, name, lowering) throws(Diagnostic) in
      try lowering.activated(.relu, inputs, name)
    },
    LoweringRule(SiLU.self) { (_, inputs, name, lowering) throws(Diagnostic) in
      try lowering.activated(.silu, inputs, name)
    },
    LoweringRule(GELU.self) { (op, inputs, name, lowering) throws(Diagnostic) in
      try lowering.activated(op.approximation == .tanh ? .geluTanh : .gelu, inputs, name)
    },
    LoweringRule(GLU.self) { (op, inputs, name, lowering) throws(Diagnostic) in
      guard let product = lowering.absorbable(inputs[0]) else { return nil }
      let (x, packed) = (product.inputs[0], lowering.graph[product.inputs[1]])
      guard let pack = packed.as(PackLinear.self) else { return nil }
      var shape = product.op.shape
      shape.isGated = true
      let gated = PackLinear(shape: shape, isTurned: pack.isTurned)
      let weights = try lowering.add(gated, packed.inputs, name: packed.name)
      let linear = PackedLinear(shape: shape, activation: op.activation.ofProduct)
      return try lowering.add(linear, [x, weights] + product.inputs.dropFirst(2), name: name)
    },
    LoweringRule(Add.self) { (_, inputs, name, lowering) throws(Diagnostic) in
      guard inputs.count == 2, inputs[0] != inputs[1] else { return nil }
      for (product, other) in [(inputs[1], inputs[0]), (inputs[0], inputs[1])] {
        guard let linear = lowering.absorbable(product),
          lowering.graph[other].type == lowering.graph[product].type
        else { continue }
        let sum = PackedLinearSum(shape: linear.op.shape)
        return try lowering.add(sum, [other] + linear.inputs, name: name)
      }
      return nil
    },
  ]
}

extension Lowering {
  /// Fewer rows are multiplied by weights as they lie: reading them is all that takes time then.
  private static let fewRows = 4

  fileprivate mutating func packedLinear(
    _ inputs: [Value], _ name: Name, isNarrow: Bool, isTurned: Bool
  ) throws(Diagnostic) -> Value? {
    let (x, weight) = (graph[inputs[0]].type, graph[inputs[1]].type)
    guard isWeight(inputs[1]), isReadOnce(inputs[1]), let size = weight.shape, size.count == 2,
      let rows = x.shape?.dropLast().reduce(1, *), rows > Self.fewRows,
      ([x] + inputs.dropFirst(2).map { graph[$0].type }).allSatisfy({ $0.element == .f32 })
    else { return nil }
    let shape = PackedShape(
      inputs: size[isTurned ? 0 : 1], outputs: size[isTurned ? 1 : 0], isNarrow: isNarrow)
    let source = isNarrow ? unrounded(inputs[1]) : inputs[1]
    guard shape.count > 0, [.f32, isNarrow ? .bf16 : .f32].contains(graph[source].type.element) else {
      return nil
    }
    let pack = PackLinear(shape: shape, isTurned: isTurned)
    let packed = try add(pack, [source], name: Name("\(name).packed"))
    return try add(PackedLinear(shape: shape), [inputs[0], packed] + inputs.dropFirst(2), name: name)
  }

  /// What rounds to the same `bf16` as `value`, before it was cast.
  private func unrounded(_ value: Value) -> Value {
    guard graph[value].op is Cast, graph[value].type.element == .bf16,
      graph[graph[value].inputs[0]].type.element == .f32
    else { return value }
    return graph[value].inputs[0]
  }

  fileprivate mutating func activated(
    _ activation: PackedLinear.Activation, _ inputs: [Value], _ name: Name
  ) throws(Diagnostic) -> Value? {
    guard let product = absorbable(inputs[0]) else { return nil }
    let linear = PackedLinear(shape: product.op.shape, activation: activation)
    return try add(linear, product.inputs, name: name)
  }

  /// The bare product at `value`, if nothing but one node reads it.
  fileprivate func absorbable(_ value: Value) -> (op: PackedLinear, inputs: [Value])? {
    guard isReadOnce(value), let op = graph[value].as(PackedLinear.self), op.activation == .none,
      !op.shape.isGated
    else { return nil }
    return (op, graph[value].inputs)
  }
}

extension GLU.Activation {
  fileprivate var ofProduct: PackedLinear.Activation {
    switch self {
    case .silu: .silu
    case .gelu: .gelu
    case .geluTanh: .geluTanh
    case .sigmoid: .sigmoid
    }
  }
}
