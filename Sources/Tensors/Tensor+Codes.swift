extension Tensor {
  /// A tensor of elements of eight bits or fewer whose bits are the lower ones of `codes`, packed low bits
  /// first; what is left of the last byte is 0.
  ///
  /// Throws iff a dim is open, the number of codes differs or the elements are wider.
  package init(codes: [UInt8], as type: TensorType) throws(Diagnostic) {
    let bits = type.element.bits
    guard bits <= 8, type.count == codes.count, let size = type.byteCount else {
      throw .misfit(type, codes.count)
    }
    var bytes = bits == 8 ? codes : Array(repeating: 0, count: size)
    for (index, code) in codes.enumerated() where bits < 8 {
      let (byte, shift) = (index * bits / 8, index * bits % 8)
      let placed = UInt16(code & (1 << bits - 1)) << shift
      bytes[byte] |= UInt8(truncatingIfNeeded: placed)
      if placed > 255 { bytes[byte + 1] = UInt8(placed >> 8) }
    }
    try self.init(type, bytes: bytes)
  }

  /// The bits of the elements, one a byte, for elements of eight bits or fewer. Throws iff they are wider.
  package func codes() throws(Diagnostic) -> [UInt8] {
    let bits = type.element.bits
    guard bits <= 8 else { throw .misfit(type, count) }
    return withBytes { bytes in
      guard bits < 8 else { return Array(bytes) }
      return (0..<count).map { index in
        let (byte, shift) = (index * bits / 8, index * bits % 8)
        let upper = shift + bits > 8 ? UInt16(bytes[byte + 1]) << 8 : 0
        return UInt8((UInt16(bytes[byte]) | upper) >> shift & (1 << bits - 1))
      }
    }
  }
}

extension DType {
  /// The number that each code of eight bits or fewer stands for, or `nil` iff the elements are not the kinds
  /// of floats and whole numbers that only codes give.
  var codeValues: [Double]? {
    let codes = (0..<1 << min(bits, 8)).map { UInt8($0) }
    switch self {
    case .u2, .u4: return codes.map(Double.init)
    case .i2, .i4: return codes.map { Double(Int8(bitPattern: $0 << (8 - bits)) >> (8 - bits)) }
    case .f8e8m0: return codes.map(PowerOfTwo.value)
    default: return SmallFloat(self).map { format in codes.map(format.value) }
    }
  }

  /// The codes of `values`, or `nil` as for `codeValues`; whole numbers are cut to their lower bits.
  func codes(of values: [Double], _ narrowing: Narrowing) -> [UInt8]? {
    switch self {
    case .u2, .u4, .i2, .i4: return values.map { UInt8(truncatingIfNeeded: Int64(saturating: $0)) }
    case .f8e8m0:
      return values.map { PowerOfTwo.code($0, narrowing.scale, saturates: narrowing.saturates) }
    default:
      return SmallFloat(self).map { format in
        values.map { format.code($0, saturates: narrowing.saturates) }
      }
    }
  }
}

extension Diagnostic {
  fileprivate static func misfit(_ type: TensorType, _ count: Int) -> Diagnostic {
    Diagnostic("\(type) does not hold \(count) codes of eight bits or fewer")
  }
}
