import CKernels
import Graphs
import Operators
import Tensors

extension LoweringRule {
  /// Snakes, with the exponentials of their parameters taken once.
  static let snakes: [LoweringRule] = [
    LoweringRule(Snake.self) { (_, inputs, name, lowering) throws(Diagnostic) in
      let type = lowering.graph[inputs[0]].type
      guard inputs.allSatisfy({ lowering.graph[$0].type.element == .f32 }), type.rank == 3 else { return nil }
      let frequency = try lowering.add(Exp(), [inputs[1]], name: Name("\(name).frequency"))
      let rise = try lowering.add(Exp(), [inputs[2]], name: Name("\(name).rise"))
      let least = try lowering.add(Constant(1e-9, .f32), [], name: Name("\(name).least"))
      let floor = try lowering.add(Add(), [rise, least], name: Name("\(name).floor"))
      let depth = try lowering.add(Reciprocal(), [floor], name: Name("\(name).depth"))
      return try lowering.add(Wave(), [inputs[0], frequency, depth], name: name)
    }
  ]
}

/// `y = x + sin²(x·frequency)·depth`, both `[C]`, on x `[B, C, L]`.
struct Wave: LoweredOp {
  static let name = "wave"
  static let mayOverwrite = [0]

  func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 3)
    return inputs[0]
  }

  /// As `Snake` counts it, behind its two exponentials: a product, a sine, a square, a product and a sum.
  func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost {
    .touching(inputs, output, flops: 5 * Double(output.count ?? 0))
  }

  func prepare(_ signature: Signature) -> Run {
    let x = signature.shape(0)
    return { ck_snake(x[0], x[1], x[2], $0.result, $0[0], $0[1], $0[2]) }
  }
}
