package import Tensors

/// Turns floats of one element type into another, rounding to nearest, ties to even, and counts what is lost.
package struct FloatCast {
  package let from: DType
  package let to: DType
  package private(set) var loss = CastLoss()
  /// The elements of a chunk as `f32`, where they are narrower.
  private var wide: [Float] = []

  /// The element types that a cast reads and writes.
  package static let elements: Set<DType> = [.f16, .bf16, .f32, .f64]

  /// `nil` iff a type is not among `elements`.
  package init?(from: DType, to: DType) {
    guard FloatCast.elements.isSuperset(of: [from, to]) else { return nil }
    (self.from, self.to) = (from, to)
  }

  /// Casts the elements that `source` holds; gives `target` those bytes. Neither need be aligned.
  package mutating func convert(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) {
    let count = source.count * 8 / from.bits
    precondition(target.count * 8 == count * to.bits)
    if from == .f64 || to == .f64 { return convertEach(source, count, into: target) }
    guard from != .f32 else { return narrow(source, count, into: target) }
    if wide.count < count { wide = Array(repeating: 0, count: count) }
    let isHalf = from == .f16
    wide.withUnsafeMutableBufferPointer { wide in
      for index in 0..<count {
        let bits = source.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
        wide[index] = isHalf ? Float(Float16(bitPattern: bits)) : Float(BFloat16(bits: bits))
      }
    }
    let wide = wide
    wide.withUnsafeBytes { narrow(UnsafeRawBufferPointer(rebasing: $0[..<(4 * count)]), count, into: target) }
  }

  /// Casts `f32` elements.
  private mutating func narrow(
    _ source: UnsafeRawBufferPointer, _ count: Int, into target: UnsafeMutableRawBufferPointer
  ) {
    switch to {
    case .f16: loss.add(Half.narrow(source, count, into: target))
    case .bf16: loss.add(Brain.narrow(source, count, into: target))
    default:
      target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<(4 * count)]))
      loss.count += count
    }
  }

  /// Casts where one side is `f64`, element by element.
  private mutating func convertEach(
    _ source: UnsafeRawBufferPointer, _ count: Int, into target: UnsafeMutableRawBufferPointer
  ) {
    let (stride, step) = (from.bits / 8, to.bits / 8)
    for index in 0..<count {
      let value = from.value(in: source, at: index * stride)
      let result = to.store(value, in: target, at: index * step)
      loss.count += 1
      guard result != value, !value.isNaN else { continue }
      loss.changed += 1
      if result.isInfinite {
        loss.overflowed += 1
        loss.largestOverflow = max(loss.largestOverflow, value.magnitude)
      } else if result == 0 {
        loss.vanished += 1
        loss.largestVanished = max(loss.largestVanished, value.magnitude)
      } else if result.magnitude < to.leastNormal {
        loss.subnormal += 1
      }
    }
  }
}

extension DType {
  /// The least positive float of the type with all its digits.
  fileprivate var leastNormal: Double {
    switch self {
    case .f16: Double(Float16.leastNormalMagnitude)
    case .f64: Double.leastNormalMagnitude
    default: Double(Float.leastNormalMagnitude)
    }
  }

  fileprivate func value(in bytes: UnsafeRawBufferPointer, at offset: Int) -> Double {
    switch self {
    case .f64: bytes.loadUnaligned(fromByteOffset: offset, as: Double.self)
    case .f16: Double(bytes.loadUnaligned(fromByteOffset: offset, as: Float16.self))
    case .bf16: Double(BFloat16(bits: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
    default: Double(bytes.loadUnaligned(fromByteOffset: offset, as: Float.self))
    }
  }

  /// Stores `value` rounded once and gives what is stored.
  fileprivate func store(_ value: Double, in bytes: UnsafeMutableRawBufferPointer, at offset: Int) -> Double {
    switch self {
    case .f64:
      bytes.storeBytes(of: value, toByteOffset: offset, as: Double.self)
      return value
    case .f16:
      bytes.storeBytes(of: Float16(value), toByteOffset: offset, as: Float16.self)
      return Double(Float16(value))
    case .bf16:
      let brain = BFloat16(value)
      bytes.storeBytes(of: brain.bits, toByteOffset: offset, as: UInt16.self)
      return Double(brain)
    default:
      bytes.storeBytes(of: Float(value), toByteOffset: offset, as: Float.self)
      return Double(Float(value))
    }
  }
}
