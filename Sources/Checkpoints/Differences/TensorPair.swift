import Glibc
package import Tensors

/// Two tensors of as many elements, to be compared one by one.
struct TensorPair: Sendable {
  let a: ElementReader
  let b: ElementReader

  init(_ a: ElementReader, _ b: ElementReader) { (self.a, self.b) = (a, b) }

  /// What a comparison of a part or the whole gave.
  enum Outcome: Sendable {
    /// Byte for byte the same.
    case same
    case measured(Difference)
    /// The bytes differ, and one of the two holds no values that could be measured.
    case opaque

    static func + (one: Self, other: Self) -> Self {
      switch (one, other) {
      case (.measured(let a), .measured(let b)): .measured(a + b)
      case (.opaque, _), (_, .opaque): .opaque
      case (.same, let outcome), (let outcome, .same): outcome
      }
    }
  }

  var count: Int { b.tensor.count }
  var byteCount: Int { a.tensor.byteCount + b.tensor.byteCount }

  /// Compares the elements `range`. With `measuring` the measures are taken where the bytes are the same, too.
  func compare(_ range: Range<Int>, measuring: Bool) -> Outcome {
    prepare(range)
    defer { release(range) }
    if !measuring, haveSameBytes(range) { return .same }
    guard a.element.hasValues, b.element.hasValues else { return .opaque }
    return a.fitsFloat && b.fitsFloat ? compareFloats(range) : compareReals(range)
  }

  private func haveSameBytes(_ range: Range<Int>) -> Bool {
    guard a.element == b.element, a.isStraight, b.isStraight else { return false }
    let bytes = a.bytes(range)
    return a.tensor.withBytes { a in
      b.tensor.withBytes { b in
        guard let a = a.baseAddress, let b = b.baseAddress else { return true }
        return memcmp(a + bytes.lowerBound, b + bytes.lowerBound, bytes.count) == 0
      }
    }
  }

  private static let block = 4096

  private func compareFloats(_ range: Range<Int>) -> Outcome {
    var difference = Difference()
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * Self.block) { memory in
      memory.initialize(repeating: 0)
      for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.block) {
        let part = start..<min(start + Self.block, range.upperBound)
        let x = UnsafeMutableBufferPointer(rebasing: memory[..<part.count])
        let y = UnsafeMutableBufferPointer(rebasing: memory[Self.block..<Self.block + part.count])
        a.read(part, into: x)
        b.read(part, into: y)
        difference.add(UnsafeBufferPointer(x), UnsafeBufferPointer(y))
        guard a.element != b.element else { continue }
        for index in 0..<part.count where !isRounding(x[index], y[index]) { difference.unrounded += 1 }
      }
    }
    return .measured(difference)
  }

  private func compareReals(_ range: Range<Int>) -> Outcome {
    var difference = Difference()
    for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.block) {
      let part = start..<min(start + Self.block, range.upperBound)
      guard let x = try? a.reals(part), let y = try? b.reals(part) else { return .opaque }
      for (x, y) in zip(x, y) {
        difference.add(x, y)
        if a.element != b.element, !isRounding(x, y) { difference.unrounded += 1 }
      }
    }
    return .measured(difference)
  }

  /// Whether the element of the narrower type is that of the wider one rounded.
  private func isRounding(_ x: Float, _ y: Float) -> Bool {
    let (wide, narrow, type) = a.element.bits >= b.element.bits ? (x, y, b.element) : (y, x, a.element)
    let rounded =
      switch type {
      case .f16: wide.roundedToHalf
      case .bf16: wide.roundedToBFloat
      default: wide
      }
    return rounded == narrow || (rounded.isNaN && narrow.isNaN)
  }

  func isRounding(_ x: Double, _ y: Double) -> Bool {
    let (wide, narrow, type) = a.element.bits >= b.element.bits ? (x, y, b.element) : (y, x, a.element)
    let rounded =
      switch type {
      case .f32: Double(Float(wide))
      case .f16: Double(Float16(wide))
      case .bf16: Double(BFloat16(wide))
      default: wide
      }
    return rounded == narrow || (rounded.isNaN && narrow.isNaN)
  }
}

extension TensorPair {
  /// Asks for the pages of the part.
  private func prepare(_ range: Range<Int>) {
    for reader in [a, b] where reader.isStraight { reader.advise(willNeed: true, range) }
  }

  /// Gives the pages of the part back: what was compared is not read again soon.
  private func release(_ range: Range<Int>) {
    for reader in [a, b] {
      if reader.isStraight {
        reader.advise(willNeed: false, range)
      } else if range.upperBound == count {
        reader.advise(willNeed: false, 0..<count)
      }
    }
  }
}

extension ElementReader {
  /// Tells the system that elements `range` will be read soon, or not again. In their own order only.
  func advise(willNeed: Bool, _ range: Range<Int>) {
    guard let (file, place) = tensor.mapping else { return }
    let bytes = bytes(range)
    file.advise(
      willNeed: willNeed, place.lowerBound + bytes.lowerBound..<place.lowerBound + bytes.upperBound)
  }
}

extension Difference {
  /// Of two tensors of one shape, or `nil` iff their elements cannot be read as values.
  package init?(of a: Tensor, _ b: Tensor) {
    guard a.shape == b.shape else { return nil }
    let pair = TensorPair(ElementReader(a), ElementReader(b))
    guard case .measured(let difference) = pair.compare(0..<a.count, measuring: true) else { return nil }
    self = difference
  }
}
