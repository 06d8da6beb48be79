package import Tensors

/// How many elements of a tensor are no numbers or infinite.
package struct NonFinite: Hashable, Sendable {
  package var nan = 0
  package var infinite = 0

  package init(nan: Int = 0, infinite: Int = 0) { (self.nan, self.infinite) = (nan, infinite) }

  /// Whether there is none.
  package var isEmpty: Bool { nan == 0 && infinite == 0 }
}

extension Tensor {
  /// Counts the NaNs and infinities; a complex element counts by its parts. Reads every byte once.
  package func nonFinite() -> NonFinite {
    withBytes { bytes in
      switch type.element {
      case .f32, .c64: bytes.nonFinite(UInt32.self, infinity: 0x7F80_0000)
      case .f16: bytes.nonFinite(UInt16.self, infinity: 0x7C00)
      case .bf16: bytes.nonFinite(UInt16.self, infinity: 0x7F80)
      case .f64, .c128: bytes.nonFinite(UInt64.self, infinity: 0x7FF0_0000_0000_0000)
      case .f8e5m2: bytes.nonFinite(UInt8.self, infinity: 0x7C)
      case .f8e4m3: NonFinite(nan: bytes.count { $0 & 0x7F == 0x7F })
      case .f8e8m0: NonFinite(nan: bytes.count { $0 == 0xFF })
      case .f8e4m3fnuz, .f8e5m2fnuz: NonFinite(nan: bytes.count { $0 == 0x80 })
      case .f4, .f6e2m3, .f6e3m2: NonFinite()
      case .bool, .u2, .i2, .u4, .i4, .u8, .i8, .i16, .u16, .i32, .u32, .i64, .u64: NonFinite()
      }
    }
  }
}

extension Checkpoint {
  /// The tensors that hold NaNs or infinities, with how many. Reads every byte of the checkpoint once.
  ///
  /// Throws iff a tensor cannot be unpacked.
  package func nonFinite() throws(Diagnostic) -> [(name: Name, count: NonFinite)] {
    var found: [(name: Name, count: NonFinite)] = []
    for entry in entries {
      let count = try entry.tensor.nonFinite()
      if !count.isEmpty { found.append((entry.name, count)) }
    }
    return found
  }
}

extension UnsafeRawBufferPointer {
  /// Counts among elements of the IEEE kind whose positive infinity has the bits `infinity`.
  fileprivate func nonFinite<Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _: Bits.Type, infinity: Bits
  ) -> NonFinite {
    var (nan, infinite): (Bits, Bits) = (0, 0)
    var count = NonFinite()
    let stride = MemoryLayout<Bits>.size
    let block = stride * 128
    var start = 0
    while start < self.count {
      let end = Swift.min(start + block, self.count)
      for offset in Swift.stride(from: start, to: end, by: stride) {
        let magnitude = loadUnaligned(fromByteOffset: offset, as: Bits.self).littleEndian & (Bits.max >> 1)
        nan &+= magnitude > infinity ? 1 : 0
        infinite &+= magnitude == infinity ? 1 : 0
      }
      count.nan += Int(nan)
      count.infinite += Int(infinite)
      (nan, infinite, start) = (0, 0, end)
    }
    return count
  }
}
