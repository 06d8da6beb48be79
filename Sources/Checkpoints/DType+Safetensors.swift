import Tensors

extension DType {
  /// How safetensors files spell the element type, or `nil` iff they cannot hold it;
  /// `safetensors/src/tensor.rs`, `enum Dtype`.
  var safetensors: String? {
    switch self {
    case .bool: "BOOL"
    case .f4: "F4"
    case .f6e2m3: "F6_E2M3"
    case .f6e3m2: "F6_E3M2"
    case .u8: "U8"
    case .i8: "I8"
    case .f8e5m2: "F8_E5M2"
    case .f8e4m3: "F8_E4M3"
    case .f8e8m0: "F8_E8M0"
    case .f8e4m3fnuz: "F8_E4M3FNUZ"
    case .f8e5m2fnuz: "F8_E5M2FNUZ"
    case .i16: "I16"
    case .u16: "U16"
    case .f16: "F16"
    case .bf16: "BF16"
    case .i32: "I32"
    case .u32: "U32"
    case .f32: "F32"
    case .c64: "C64"
    case .f64: "F64"
    case .i64: "I64"
    case .u64: "U64"
    case .u2, .i2, .u4, .i4, .c128: nil
    }
  }

  /// The element type that safetensors files spell `text`, or `nil` iff there is none.
  init?(safetensors text: String) {
    guard let type = DType.allCases.first(where: { $0.safetensors.map { Name($0) } == Name(text) }) else {
      return nil
    }
    self = type
  }

  /// The order of tensors in a file: wider elements first, so that all are aligned to their width.
  var safetensorsRank: Int { DType.allCases.firstIndex(of: self) ?? 0 }
}
