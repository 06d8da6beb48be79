import CKernels
import Graphs
import Operators
import Tensors

extension LoweringRule {
  /// Rotations, as turns by tables of cosines and sines. Equal tables are one: every layer reads the same.
  static let rotations: [LoweringRule] = [
    LoweringRule(Rotate.self) { (op, inputs, name, lowering) throws(Diagnostic) in
      guard inputs.allSatisfy({ lowering.graph[$0].type.element == .f32 }) else { return nil }
      let cosines = try lowering.add(Cos(), [inputs[1]], name: Name("\(name).cosines"))
      let sines = try lowering.add(Sin(), [inputs[1]], name: Name("\(name).sines"))
      let turn = Turn(heads: op.heads, style: op.style)
      return try lowering.add(turn, [inputs[0], cosines, sines], name: name)
    }
  ]
}

/// `Rotate` with the cosines and sines of the angles given, `[N, R]` each.
struct Turn: LoweredOp {
  static let name = "turn"
  static let mayOverwrite = [0]
  var heads: Int
  var style: RoPE.Style

  func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 3)
    return inputs[0]
  }

  /// As `Rotate` counts it, behind its tables: two products and a sum a feature, and a sign for every second.
  func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost {
    let (x, table) = (output.shape ?? [], inputs[1].shape ?? [])
    return .touching(inputs, output, flops: 3.5 * Double(x[0] * x[1] * heads * table[1]))
  }

  func prepare(_ signature: Signature) -> Run {
    let (x, table) = (signature.shape(0), signature.shape(1))
    let pairing = style == .half ? CK_HALF_SPLIT : CK_INTERLEAVED
    let heads = heads
    return { operands in
      ck_rotate(
        pairing, x[0], x[1], heads, x[2] / heads, 0, table[1], operands.result, x[2], x[1] * x[2],
        operands[0], x[2], x[1] * x[2], operands[1], operands[2], 0)
    }
  }
}
