extension Tensor {
  /// A tensor of `type` holding `values`, each rounded to the element type (integers saturate, NaN is 0, but
  /// those of fewer than eight bits keep the lower bits; `bool` is `value != 0`).
  ///
  /// Throws iff a dim is open, the number of values differs or the element type holds no values.
  package init(reals values: [Double], as type: TensorType, _ narrowing: Narrowing = Narrowing())
    throws(Diagnostic)
  {
    guard type.count == values.count else { throw .countMismatch(type, values.count) }
    let bytes: [UInt8]
    switch type.element {
    case .f64: bytes = values.bytes { $0 }
    case .f32: bytes = values.bytes(Float.init)
    case .f16: bytes = values.bytes(Float16.init)
    case .bf16: bytes = values.bytes { BFloat16($0).bits }
    case .bool: bytes = values.map { $0 != 0 ? 1 : 0 }
    case .i8: bytes = values.bytes { Int8(saturating: $0) }
    case .u8: bytes = values.bytes { UInt8(saturating: $0) }
    case .i16: bytes = values.bytes { Int16(saturating: $0) }
    case .u16: bytes = values.bytes { UInt16(saturating: $0) }
    case .i32: bytes = values.bytes { Int32(saturating: $0) }
    case .u32: bytes = values.bytes { UInt32(saturating: $0) }
    case .i64: bytes = values.bytes { Int64(saturating: $0) }
    case .u64: bytes = values.bytes { UInt64(saturating: $0) }
    default:
      guard let codes = type.element.codes(of: values, narrowing) else { throw .noValues(type) }
      bytes = try Tensor(codes: codes, as: type).withBytes(Array.init)
    }
    try self.init(type, bytes: bytes)
  }

  /// An `f32` tensor of `shape`. Throws iff the number of values differs.
  package init(floats values: [Float], shape: [Int]) throws(Diagnostic) {
    let type = TensorType(.f32, shape: shape)
    guard type.count == values.count else { throw .countMismatch(type, values.count) }
    try self.init(type, bytes: values.bytes { $0 })
  }

  /// A tensor of `type` holding `values`, each cut to the element type's bits; floats are rounded once.
  ///
  /// Throws iff a dim is open, the number of values differs or the element type holds no values.
  package init(integers values: [Int64], as type: TensorType) throws(Diagnostic) {
    guard type.count == values.count else { throw .countMismatch(type, values.count) }
    switch type.element {
    case .i64: try self.init(type, bytes: values.bytes { $0 })
    case .u64: try self.init(type, bytes: values.bytes { UInt64(bitPattern: $0) })
    case .i32: try self.init(type, bytes: values.bytes(Int32.init(truncatingIfNeeded:)))
    case .u32: try self.init(type, bytes: values.bytes(UInt32.init(truncatingIfNeeded:)))
    case .i16: try self.init(type, bytes: values.bytes(Int16.init(truncatingIfNeeded:)))
    case .u16: try self.init(type, bytes: values.bytes(UInt16.init(truncatingIfNeeded:)))
    case .i8: try self.init(type, bytes: values.bytes(Int8.init(truncatingIfNeeded:)))
    case .u8: try self.init(type, bytes: values.bytes(UInt8.init(truncatingIfNeeded:)))
    case .u2, .i2, .u4, .i4:
      try self.init(codes: values.map(UInt8.init(truncatingIfNeeded:)), as: type)
    default:
      self = try Tensor(TensorType(.i64, type.dims), bytes: values.bytes { $0 }).cast(to: type.element)
    }
  }

  /// The elements as `Double`: exact but for 64-bit integers beyond 2⁵³.
  ///
  /// Throws iff the element type holds no values.
  package func reals() throws(Diagnostic) -> [Double] {
    switch type.element {
    case .f64: return load { (value: Double) in value }
    case .f32: return load { (value: Float) in Double(value) }
    case .f16: return load { (value: Float16) in Double(value) }
    case .bf16: return load { (bits: UInt16) in Double(BFloat16(bits: bits)) }
    case .bool: return load { (value: UInt8) in value != 0 ? 1 : 0 }
    case .i8: return load { (value: Int8) in Double(value) }
    case .u8: return load { (value: UInt8) in Double(value) }
    case .i16: return load { (value: Int16) in Double(value) }
    case .u16: return load { (value: UInt16) in Double(value) }
    case .i32: return load { (value: Int32) in Double(value) }
    case .u32: return load { (value: UInt32) in Double(value) }
    case .i64: return load { (value: Int64) in Double(value) }
    case .u64: return load { (value: UInt64) in Double(value) }
    default:
      guard let values = type.element.codeValues else { throw .noValues(type) }
      return try codes().map { values[Int($0)] }
    }
  }

  /// The elements as `Float`. Throws iff the element type holds no values.
  package func floats() throws(Diagnostic) -> [Float] {
    switch type.element {
    case .f32: load { (value: Float) in value }
    case .f16: load { (value: Float16) in Float(value) }
    case .bf16: load { (bits: UInt16) in Float(BFloat16(bits: bits)) }
    default: try reals().map(Float.init)
    }
  }

  /// The elements as `Int64`; `u64` keeps its bits, floats are cut towards zero and saturate.
  ///
  /// Throws iff the element type holds no values.
  package func integers() throws(Diagnostic) -> [Int64] {
    switch type.element {
    case .i64: load { (value: Int64) in value }
    case .u64: load { (value: UInt64) in Int64(bitPattern: value) }
    default: try reals().map { Int64(saturating: $0) }
    }
  }

  private func load<Stored: BitwiseCopyable, Value>(_ convert: (Stored) -> Value) -> [Value] {
    withBytes { bytes in
      Array(unsafeUninitializedCapacity: count) { values, initialized in
        for index in 0..<count {
          let stored = bytes.loadUnaligned(
            fromByteOffset: index * MemoryLayout<Stored>.stride, as: Stored.self)
          values.initializeElement(at: index, to: convert(stored))
        }
        initialized = count
      }
    }
  }
}

/// The upper half of a `Float`: eight bits of exponent, seven of fraction.
package struct BFloat16: Sendable {
  package let bits: UInt16
  package init(bits: UInt16) { self.bits = bits }

  /// Rounds to nearest, ties to even; NaN stays NaN.
  package init(_ value: Float) {
    let wide = value.bitPattern
    guard !value.isNaN else {
      bits = UInt16(truncatingIfNeeded: wide >> 16) | 0x40
      return
    }
    bits = UInt16(truncatingIfNeeded: (wide &+ 0x7FFF &+ (wide >> 16 & 1)) >> 16)
  }
  /// Rounds once, not to `Float` first.
  package init(_ value: Double) {
    let near = Float(value)
    let isCut = !value.isNaN && Double(near) != value
    let isAway = Double(near).magnitude > value.magnitude
    self.init(isCut ? Float(bitPattern: (near.bitPattern &- (isAway ? 1 : 0)) | 1) : near)
  }
}

extension Float {
  package init(_ value: BFloat16) { self.init(bitPattern: UInt32(value.bits) << 16) }
}
extension Double {
  package init(_ value: BFloat16) { self.init(Float(value)) }
}

extension FixedWidthInteger {
  /// `value` cut towards zero and held inside the type's range; NaN is 0.
  package init(saturating value: Double) {
    if value.isNaN {
      self = 0
    } else if let exact = Self(exactly: value.rounded(.towardZero)) {
      self = exact
    } else {
      self = value < 0 ? .min : .max
    }
  }
}

extension Array where Element: BitwiseCopyable {
  fileprivate func bytes<Stored: BitwiseCopyable>(_ convert: (Element) -> Stored) -> [UInt8] {
    let stride = MemoryLayout<Stored>.stride
    return [UInt8](unsafeUninitializedCapacity: count * stride) { bytes, initialized in
      let raw = UnsafeMutableRawBufferPointer(bytes)
      for (index, element) in enumerated() {
        raw.storeBytes(of: convert(element), toByteOffset: index * stride, as: Stored.self)
      }
      initialized = count * stride
    }
  }
}

extension Diagnostic {
  fileprivate static func countMismatch(_ type: TensorType, _ count: Int) -> Diagnostic {
    Diagnostic("\(type) does not hold \(count) values")
  }
  fileprivate static func noValues(_ type: TensorType) -> Diagnostic {
    Diagnostic(
      "\(type.element) elements cannot be read as values",
      help: "convert the checkpoint to f32, f16 or bf16 first")
  }
}
