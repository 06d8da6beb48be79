import Tensors

extension DType {
  /// How safetensors files spell the element type; `safetensors/src/tensor.rs`, `enum Dtype`.
  var safetensors: String {
    switch self {
    case .f6e2m3: "F6_E2M3"
    case .f6e3m2: "F6_E3M2"
    case .f8e5m2: "F8_E5M2"
    case .f8e4m3: "F8_E4M3"
    case .f8e8m0: "F8_E8M0"
    case .f8e4m3fnuz: "F8_E4M3FNUZ"
    case .f8e5m2fnuz: "F8_E5M2FNUZ"
    default: rawValue.uppercased()
    }
  }

  /// The element type that safetensors files spell `text`, or `nil` iff there is none.
  init?(safetensors text: String) {
    guard let type = DType.allCases.first(where: { $0.safetensors.utf8.elementsEqual(text.utf8) }) else {
      return nil
    }
    self = type
  }

  /// The order of tensors in a file: wider elements first, so that all are aligned to their width.
  var safetensorsRank: Int { DType.allCases.firstIndex(of: self) ?? 0 }
}
