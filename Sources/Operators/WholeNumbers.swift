import Tensors

extension DType {
  /// The Swift type of whole-number elements, or `nil` iff the elements are others.
  var whole: (any FixedWidthInteger.Type)? {
    switch self {
    case .i8: Int8.self
    case .u8: UInt8.self
    case .i16: Int16.self
    case .u16: UInt16.self
    case .i32: Int32.self
    case .u32: UInt32.self
    case .i64: Int64.self
    case .u64: UInt64.self
    default: nil
    }
  }
}

extension Tensor {
  /// The elements as the Swift type of their own width.
  func wholes<Whole: FixedWidthInteger>(_: Whole.Type) throws(Diagnostic) -> [Whole] {
    try integers().map { Whole(truncatingIfNeeded: $0) }
  }

  init<Whole: FixedWidthInteger>(wholes: [Whole], as type: TensorType) throws(Diagnostic) {
    try self.init(integers: wholes.map { Int64(truncatingIfNeeded: $0) }, as: type)
  }
}
