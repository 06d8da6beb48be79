/// The element types of tensors: all that a safetensors file or an ONNX file can hold, in the house's spelling.
///
/// Sources: `safetensors/src/tensor.rs`, `enum Dtype`; `onnx.proto`, `TensorProto.DataType`.
package enum DType: String, CaseIterable, Sendable, Hashable, Codable {
  case bool
  case u2, i2, u4, i4
  case f4, f6e2m3, f6e3m2
  case u8, i8, f8e5m2, f8e4m3, f8e8m0, f8e4m3fnuz, f8e5m2fnuz
  case i16, u16, f16, bf16
  case i32, u32, f32
  case c64, f64, i64, u64
  case c128

  /// Bits an element takes; a multiple of eight but for the packed kinds of two, four and six bits.
  package var bits: Int {
    switch self {
    case .u2, .i2: 2
    case .f4, .u4, .i4: 4
    case .f6e2m3, .f6e3m2: 6
    case .bool, .u8, .i8, .f8e5m2, .f8e4m3, .f8e8m0, .f8e4m3fnuz, .f8e5m2fnuz: 8
    case .i16, .u16, .f16, .bf16: 16
    case .i32, .u32, .f32: 32
    case .c64, .f64, .i64, .u64: 64
    case .c128: 128
    }
  }

  /// Whether the elements are real numbers with a fraction.
  package var isFloat: Bool {
    switch self {
    case .bool, .c64, .c128: false
    default: !isInteger
    }
  }

  /// Whether the elements are whole numbers.
  package var isInteger: Bool {
    switch self {
    case .u2, .i2, .u4, .i4, .u8, .i8, .i16, .u16, .i32, .u32, .i64, .u64: true
    default: false
    }
  }

  /// Whether ops compute with the elements: whole numbers of eight bits and more, floats of sixteen and more.
  /// The others are for keeping: they are moved and cast.
  package var isArithmetic: Bool { isInteger ? bits >= 8 : isFloat && bits >= 16 }

  /// Whether `Tensor` can hand the elements out as values.
  package var hasValues: Bool {
    switch self {
    case .c64, .c128: false
    default: true
    }
  }
}

extension DType: CustomStringConvertible {
  package var description: String { rawValue }
}
