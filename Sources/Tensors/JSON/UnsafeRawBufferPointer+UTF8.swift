extension UnsafeRawBufferPointer {
  /// Where the first byte stands that cannot belong to valid UTF-8 (Unicode 15, table 3-7), or `nil` iff all
  /// do.
  var firstInvalidUTF8: Int? {
    var offset = 0
    while offset < count {
      if count - offset >= 8,
        loadUnaligned(fromByteOffset: offset, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
      {
        offset += 8
        continue
      }
      guard let length = lengthOfScalar(at: offset) else { return offset }
      offset += length
    }
    return nil
  }

  /// Bytes of the well-formed sequence at `offset`, or `nil` iff there is none.
  private func lengthOfScalar(at offset: Int) -> Int? {
    let (length, second): (Int, ClosedRange<UInt8>)
    switch self[offset] {
    case 0x00...0x7F: return 1
    case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return nil
    }
    guard offset + length <= count, second.contains(self[offset + 1]) else { return nil }
    guard self[(offset + 2)..<(offset + length)].allSatisfy({ $0 & 0xC0 == 0x80 }) else { return nil }
    return length
  }
}
