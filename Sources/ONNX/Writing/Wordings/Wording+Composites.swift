import Graphs
import Operators
import Tensors

extension Wording {
  /// Composites for which ONNX has an operator of the same meaning. Those of `f64` are expanded: runtimes compute
  /// them in `f32` or not at all.
  static let composites: [Wording] = [
    Wording(LayerNorm.self) { (op, phrase) throws(Diagnostic) in
      guard let scale = try phrase.rowScale() else { return nil }
      return try phrase.write(
        "LayerNormalization", [phrase.input(0), scale] + phrase.allInputs().dropFirst(2),
        [.integer("axis", -1), .real("epsilon", op.eps)])
    },
    Wording(RMSNorm.self, since: 23) { (op, phrase) throws(Diagnostic) in
      guard let scale = try phrase.rowScale() else { return nil }
      return try phrase.write(
        "RMSNormalization", [phrase.input(0), scale], [.integer("axis", -1), .real("epsilon", op.eps)])
    },
    Wording(GELU.self, since: 20) { (op, phrase) throws(Diagnostic) in
      guard phrase.type.element != .f64 else { return nil }
      return try phrase.write(
        "Gelu", [phrase.input(0)], [.text("approximate", op.approximation.rawValue)])
    },
    Wording(SiLU.self, since: 24) { (_, phrase) throws(Diagnostic) in
      guard phrase.type.element != .f64 else { return nil }
      return try phrase.write("Swish", [phrase.input(0)])
    },
    Wording(Softplus.self) { (_, phrase) throws(Diagnostic) in
      guard phrase.type.element != .f64 else { return nil }
      return try phrase.write("Softplus", [phrase.input(0)])
    },
    Wording(Softmax.self) { (op, phrase) throws(Diagnostic) in
      let x = try phrase.input(0)
      let y = try phrase.write("Softmax", [x], [.integer("axis", op.axis)])
      guard phrase.canBeHidden(phrase.inputs[0]) else { return y }
      let isHidden = try phrase.isHidden(x, along: op.axis)
      return try phrase.write("Where", [phrase.number(0, y.element), y], leading: [isHidden])
    },
  ]
}

extension Phrase {
  /// The scale of a normalization, ones iff it has none; `nil` iff it is to be expanded.
  fileprivate func rowScale() throws(Diagnostic) -> Operand? {
    guard type.element != .f64, let features = type.dims.last else { return nil }
    guard inputs.count < 2 else { return try input(1) }
    guard features.fixed != nil else { return nil }
    let ones = try elaborate { g throws(Diagnostic) in
      try g.add(Constant([1], TensorType(type.element, [features])))
    }
    return try export.operand(ones)
  }

  /// Whether scores may be -∞ all along a row, for which our softmax gives 0 and ONNX's NaN: not if they are a
  /// product of finite numbers, which only an overflow could make infinite.
  fileprivate func canBeHidden(_ scores: Value) -> Bool {
    let node = export.graph[scores]
    switch node.op {
    case is MatMul: return false
    case is Multiply:
      guard node.inputs.contains(where: { export.known($0) != nil }) else { return true }
      return node.inputs.contains { export.known($0) == nil && canBeHidden($0) }
    default: return true
    }
  }

  /// Whether `x` is -∞ all along `axis`, which stays with length 1.
  func isHidden(_ x: Operand, along axis: Int) throws(Diagnostic) -> Operand {
    try write("Equal", [reduce("ReduceMax", x, axes: [axis]), number(-.infinity, x.element)], gives: .bool)
  }
}
