import Tensors

/// A number that a tensor's values alone decide: the same in whatever order they stand, so that a transpose has
/// that of the original. Unlike tensors hardly ever share one.
struct ContentDigest: Hashable, Sendable {
  let count: Int
  private var sum: UInt64 = 0

  /// Of the values rounded to `element`, or of the bytes iff the tensor holds no values. Reads every byte once.
  init(of tensor: Tensor, as element: DType) {
    count = tensor.count
    let reader = ElementReader(tensor)
    for start in stride(from: 0, to: count, by: Comparison.piece) {
      let piece = start..<min(start + Comparison.piece, count)
      add(piece, of: reader, as: element)
      reader.advise(willNeed: false, piece)
    }
  }

  private mutating func add(_ piece: Range<Int>, of reader: ElementReader, as element: DType) {
    for start in stride(from: piece.lowerBound, to: piece.upperBound, by: Self.block) {
      let range = start..<min(start + Self.block, piece.upperBound)
      if reader.fitsFloat {
        addFloats(range, of: reader, as: element)
      } else if let reals = try? reader.reals(range) {
        for value in reals { sum &+= Self.mix(Float(value).rounded(to: element).digestBits) }
      } else {
        reader.tensor.withBytes { bytes in
          for byte in bytes[reader.bytes(range)] { sum &+= Self.mix(UInt32(byte)) }
        }
      }
    }
  }

  private static let block = 4096

  private mutating func addFloats(_ range: Range<Int>, of reader: ElementReader, as element: DType) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: range.count) { memory in
      memory.initialize(repeating: 0)
      reader.read(range, into: memory)
      var sum: UInt64 = 0
      switch element {
      case .f16: for value in memory { sum &+= Self.mix(value.roundedToHalf.digestBits) }
      case .bf16: for value in memory { sum &+= Self.mix(value.roundedToBFloat.digestBits) }
      default: for value in memory { sum &+= Self.mix(value.digestBits) }
      }
      self.sum &+= sum
    }
  }

  /// The finaliser of MurmurHash3: each bit of the result depends on each of `bits`.
  @inline(__always)
  private static func mix(_ bits: UInt32) -> UInt64 {
    var mixed = bits &+ 0x9E37_79B9
    mixed = (mixed ^ mixed >> 16) &* 0x85EB_CA6B
    mixed = (mixed ^ mixed >> 13) &* 0xC2B2_AE35
    return UInt64(mixed ^ mixed >> 16)
  }
}

extension Float {
  /// The bits, equal for equal values and for all NaNs.
  @inline(__always)
  fileprivate var digestBits: UInt32 { self == 0 ? 0 : isNaN ? 0x7FC0_0000 : bitPattern }

  /// The nearest number of the type, where it is a shorter float.
  func rounded(to element: DType) -> Float {
    switch element {
    case .f16: roundedToHalf
    case .bf16: roundedToBFloat
    default: self
    }
  }
}

extension DType {
  /// The type in which values of both can be told apart: the shorter of the two.
  static func common(_ a: DType, _ b: DType) -> DType { a.bits <= b.bits ? a : b }
}
