import Tensors

/// For which elements the standard defines operators, as far as we write them.
///
/// Source: `onnx.defs`, `TypeConstraintParam`; less the whole numbers for which ONNX Runtime 1.32 has no kernel
/// on any device though a wider type serves as well.
enum OperatorTypes {
  private static let signed: Set<DType> = [.i8, .i16, .i32, .i64]
  private static let unsigned: Set<DType> = [.u8, .u16, .u32, .u64]
  private static let halves: Set<DType> = [.f16, .f32, .f64]
  private static let floats: Set<DType> = [.f16, .bf16, .f32, .f64]
  private static let numbers = signed.union(unsigned).union(floats)
  private static let wide: Set<DType> = floats.union([.i32, .i64, .u32, .u64])
  private static let usual = numbers.union([.bool, .c64, .c128])

  /// The elements from a version on; operators that are not here take all usual ones.
  private static let all: [String: [(since: Int, elements: Set<DType>)]] = [
    "Abs": [(13, numbers)], "Sign": [(13, numbers)], "Neg": [(13, floats.union(signed))],
    "Relu": [(14, floats.union([.i8, .i32]))],
    "Exp": [(13, floats)], "Log": [(13, floats)], "Sqrt": [(13, floats)], "Tanh": [(13, floats)],
    "Sigmoid": [(13, floats)], "Erf": [(13, floats)], "Reciprocal": [(13, floats)],
    "Ceil": [(13, floats)], "Floor": [(13, floats)], "IsNaN": [(13, floats)],
    "IsInf": [(10, [.f32, .f64]), (20, floats)],
    "Sin": [(7, halves), (22, floats)], "Cos": [(7, halves), (22, floats)],
    "Tan": [(7, halves), (22, floats)], "Asin": [(7, halves), (22, floats)],
    "Acos": [(7, halves), (22, floats)], "Atan": [(7, halves), (22, floats)],
    "Sinh": [(9, halves), (22, floats)], "Cosh": [(9, halves), (22, floats)],
    "Asinh": [(9, halves), (22, floats)], "Acosh": [(9, halves), (22, floats)],
    "Atanh": [(9, halves), (22, floats)], "Round": [(11, halves), (22, floats)],
    "Softplus": [(1, halves), (22, floats)], "Softmax": [(13, floats)],
    "Add": [(14, numbers)], "Sub": [(14, numbers)], "Mul": [(14, numbers)], "Div": [(14, numbers)],
    "Max": [(13, numbers.subtracting([.i16, .u16]))], "Min": [(13, numbers.subtracting([.i16, .u16]))],
    "Pow": [(15, floats.union([.i32, .i64]))], "Mod": [(13, numbers)],
    "Equal": [(13, numbers.union([.bool]))], "Less": [(13, numbers)],
    "And": [(7, [.bool])], "Or": [(7, [.bool])], "Xor": [(7, [.bool])], "Not": [(1, [.bool])],
    "BitwiseAnd": [(18, signed.union(unsigned))], "BitwiseOr": [(18, signed.union(unsigned))],
    "BitwiseXor": [(18, signed.union(unsigned))], "BitwiseNot": [(18, signed.union(unsigned))],
    "BitShift": [(11, unsigned)],
    "Where": [(16, usual.subtracting([.bool, .i16, .u16]))],
    "Pad": [(13, usual.subtracting([.i16, .u16]))],
    "ReduceSum": [(13, wide)], "ReduceMean": [(13, wide)], "ReduceProd": [(13, wide)],
    "ReduceMax": [(13, wide.union([.i8, .u8]))], "ReduceMin": [(13, wide.union([.i8, .u8]))],
    "ArgMax": [(13, wide.union([.i8, .u8]).subtracting([.u32]))],
    "ArgMin": [(13, wide.union([.i8, .u8]).subtracting([.u32]))],
    "CumSum": [(14, wide.subtracting([.u32]))],
    "TopK": [(11, wide.subtracting([.u32, .bf16])), (24, wide.subtracting([.u32]))],
    "MaxPool": [(12, halves.union([.i8, .u8])), (22, floats.union([.i8, .u8]))],
    "AveragePool": [(11, halves), (22, floats)],
    "MatMul": [(13, wide)], "Gemm": [(13, floats)],
    "Conv": [(11, halves), (22, floats)], "ConvTranspose": [(11, halves), (22, floats)],
    "LayerNormalization": [(17, floats)], "RMSNormalization": [(23, floats)],
    "Gelu": [(20, floats)], "Swish": [(24, floats)], "Attention": [(23, floats)],
    "RotaryEmbedding": [(23, [.f16, .bf16, .f32])],
    "Range": [(11, [.i16, .i32, .i64, .f32, .f64])],
    "Cast": [
      (13, numbers.union([.bool])),
      (19, numbers.union([.bool, .f8e4m3, .f8e4m3fnuz, .f8e5m2, .f8e5m2fnuz])),
      (21, numbers.union([.bool, .f8e4m3, .f8e4m3fnuz, .f8e5m2, .f8e5m2fnuz, .u4, .i4])),
      (23, numbers.union([.bool, .f8e4m3, .f8e4m3fnuz, .f8e5m2, .f8e5m2fnuz, .u4, .i4, .f4])),
      (24, numbers.union([.bool, .f8e4m3, .f8e4m3fnuz, .f8e5m2, .f8e5m2fnuz, .u4, .i4, .f4, .f8e8m0])),
    ],
  ]

  /// Types that hold all numbers of a type, the nearest first.
  private static let wider: [DType: [DType]] = [
    .bool: [.u8, .i32], .i8: [.i16, .i32], .u8: [.i16, .i32], .i16: [.i32, .f32], .u16: [.i32, .f32],
    .i32: [.f64], .u32: [.i64, .f64], .f16: [.f32], .bf16: [.f32],
  ]

  /// Whether `opset` defines the operator for such elements.
  static func has(_ operatorName: String, _ element: DType, opset: Int) -> Bool {
    elements(operatorName, opset: opset).contains(element)
  }

  private static func elements(_ operatorName: String, opset: Int) -> Set<DType> {
    guard let versions = all[operatorName] else { return usual }
    return versions.last { $0.since <= opset }?.elements ?? []
  }

  /// The elements that an operator is to be given so that it computes with numbers of `element`.
  ///
  /// Throws iff `opset` does not have the operator, or has it for no such type.
  static func element(_ operatorName: String, _ element: DType, opset: Int) throws(Diagnostic) -> DType {
    let elements = elements(operatorName, opset: opset)
    guard !elements.isEmpty else {
      throw .tooOld(operatorName, all[operatorName]?.first?.since ?? 0, opset)
    }
    let candidates = [element] + (wider[element] ?? [])
    guard let found = candidates.first(where: elements.contains) else {
      throw .noElement(operatorName, element, opset)
    }
    return found
  }
}

extension Diagnostic {
  fileprivate static func tooOld(_ operatorName: String, _ since: Int, _ opset: Int) -> Diagnostic {
    Diagnostic(
      "ONNX has \(operatorName) from opset \(since) on, but opset \(opset) is to be written",
      help: "export to opset \(since) or later", kind: .unavailable)
  }
  fileprivate static func noElement(_ operatorName: String, _ element: DType, _ opset: Int) -> Diagnostic {
    Diagnostic(
      "ONNX has no \(operatorName) for \(element) elements in opset \(opset)", help: "put a cast before it",
      kind: .unavailable)
  }
}
