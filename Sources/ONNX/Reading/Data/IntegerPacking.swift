import Tensors

/// Turns the whole numbers in which the format stores narrow elements into the elements' bytes.
///
/// Source: `onnx.proto`, `TensorProto.int32_data`: a number holds one element bit for bit, or a byte of four
/// 2-bit or two 4-bit ones, low bits first; of 6-bit elements it holds one.
struct IntegerPacking {
  /// How many numbers the elements take.
  let entries: Int
  private(set) var bytes: [UInt8] = []
  private(set) var taken = 0
  /// Bits of a number that count.
  private let bits: Int
  private let isSigned: Bool
  /// Bytes of all elements.
  private let total: Int

  /// For `count` elements, whose bytes do not overflow; numbers below zero are refused unless `isSigned`.
  init(_ element: DType, _ count: Int, isSigned: Bool) {
    self.isSigned = isSigned
    switch element.bits {
    case 2, 4:
      let each = 8 / element.bits
      (bits, entries) = (8, count / each + (count % each == 0 ? 0 : 1))
      total = entries
    case 6:
      (bits, entries) = (6, count)
      total = count / 4 * 3 + (count % 4 * 6 + 7) / 8
    default:
      (bits, entries) = (element.bits, count)
      total = count * (bits / 8)
    }
  }

  /// Takes the memory for all elements.
  mutating func reserve() { bytes.reserveCapacity(total) }

  /// Appends the elements in `number`. Gives false iff it has more bits than they.
  mutating func take(_ number: UInt64) -> Bool {
    let signed = Int64(bitPattern: number)
    let fitsBelowZero = isSigned && signed < 0 && signed >= -(1 << Int64(bits - 1))
    guard bits == 64 || number >> UInt64(bits) == 0 || fitsBelowZero else { return false }
    defer { taken += 1 }
    guard bits == 6 else {
      withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0.prefix(bits / 8)) }
      return true
    }
    let code = UInt8(truncatingIfNeeded: number) & 0x3F
    switch taken % 4 {
    case 0: bytes.append(code)
    case 1:
      bytes[bytes.count - 1] |= code << 6
      bytes.append(code >> 2)
    case 2:
      bytes[bytes.count - 1] |= code << 4
      bytes.append(code >> 4)
    default: bytes[bytes.count - 1] |= code << 2
    }
    return true
  }
}
