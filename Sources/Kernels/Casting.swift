import CKernels
import Graphs
import Operators
import Tensors

extension Kernel {
  /// The same numbers as elements of another type, where one of the two is `f32`.
  static let casting: [Kernel] = [
    Kernel(Cast.self) { _, signature in
      let count = signature.count
      switch (signature.inputs[0].element, signature.output.element) {
      case (.f16, .f32): return { ck_f16_to_f32(count, $0.result, $0.elements(0, as: UInt16.self)) }
      case (.bf16, .f32): return { ck_bf16_to_f32(count, $0.result, $0.elements(0, as: UInt16.self)) }
      case (.f64, .f32): return { ck_f64_to_f32(count, $0.result, $0.elements(0, as: Double.self)) }
      case (.i64, .f32): return { ck_i64_to_f32(count, $0.result, $0.elements(0, as: Int64.self)) }
      case (.u8, .f32): return { ck_u8_to_f32(count, $0.result, $0.elements(0, as: UInt8.self)) }
      case (.f32, .f16):
        return { ck_f32_to_f16(count, $0.output.assumingMemoryBound(to: UInt16.self), $0[0]) }
      case (.f32, .bf16):
        return { ck_f32_to_bf16(count, $0.output.assumingMemoryBound(to: UInt16.self), $0[0]) }
      case (.f32, .bool):
        return { operands in
          let result = operands.output.assumingMemoryBound(to: UInt8.self)
          ck_compare(CK_NOT_EQUAL, 1, [count], result, operands[0], [1], [0], [0])
        }
      default: return nil
      }
    }
  ]
}

extension LoweringRule {
  /// What was only widened is there already.
  ///
  ///     cast(cast(x: bf16) element=f32) element=bf16  ->  x
  static let casting: [LoweringRule] = [
    LoweringRule(Cast.self) { (op, inputs, _, lowering) throws(Diagnostic) in
      let wide = lowering.graph[inputs[0]]
      guard wide.op is Cast, wide.type.element == .f32, [.bf16, .f16].contains(op.element) else { return nil }
      return lowering.graph[wide.inputs[0]].type.element == op.element ? wide.inputs[0] : nil
    }
  ]
}
