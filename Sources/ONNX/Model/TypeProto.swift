package import Tensors

/// The type of a value, as far as the file tells it.
package indirect enum TypeProto: Hashable, Sendable {
  /// `nil` dims: not even the rank is told.
  case tensor(ElementType, [Dimension]?)
  case sparseTensor(ElementType, [Dimension]?)
  case sequence(TypeProto)
  case optional(TypeProto)
  case map(key: ElementType, TypeProto)
  case opaque(domain: String, name: String)

  package enum Dimension: Hashable, Sendable {
    case fixed(Int)
    /// A name, or an expression of names: `batch`, `s10 + 1`, `16*((s21//2))`.
    case named(String)
    case unknown
  }
}

/// `TensorProto.DataType`.
package enum ElementType: Int32, CaseIterable, Sendable {
  case undefined = 0
  case float, uint8, int8, uint16, int16, int32, int64, string, bool, float16, double, uint32, uint64
  case complex64, complex128, bfloat16
  case float8e4m3fn, float8e4m3fnuz, float8e5m2, float8e5m2fnuz
  case uint4, int4, float4e2m1, float8e8m0
  case uint2, int2
  case float6e2m3, float6e3m2

  /// The house's element type, or `nil` iff the elements are strings or undefined.
  package var dtype: DType? {
    switch self {
    case .undefined, .string: nil
    case .bool: .bool
    case .uint2: .u2
    case .uint4: .u4
    case .uint8: .u8
    case .uint16: .u16
    case .uint32: .u32
    case .uint64: .u64
    case .int2: .i2
    case .int4: .i4
    case .int8: .i8
    case .int16: .i16
    case .int32: .i32
    case .int64: .i64
    case .float4e2m1: .f4
    case .float6e2m3: .f6e2m3
    case .float6e3m2: .f6e3m2
    case .float8e4m3fn: .f8e4m3
    case .float8e4m3fnuz: .f8e4m3fnuz
    case .float8e5m2: .f8e5m2
    case .float8e5m2fnuz: .f8e5m2fnuz
    case .float8e8m0: .f8e8m0
    case .float16: .f16
    case .bfloat16: .bf16
    case .float: .f32
    case .double: .f64
    case .complex64: .c64
    case .complex128: .c128
    }
  }

  /// The ONNX element type of `dtype`.
  package init(_ dtype: DType) { self = ElementType.allCases.first { $0.dtype == dtype } ?? .undefined }
}
