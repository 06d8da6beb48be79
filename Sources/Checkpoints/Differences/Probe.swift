import Tensors

/// A quick look at a few elements of two tensors, to see whether they could be the same.
struct Probe: Sendable {
  private let a: Tensor
  private let b: Tensor

  init(_ a: Tensor, _ b: Tensor) { (self.a, self.b) = (a, b) }

  private static let samples = 64

  /// How `b` orders the axes of `a` if their values are the same: `[]` for the order of the bytes, `nil` iff they
  /// are the same in no order tried: all that give the shape of `b`, for up to four axes.
  func order() -> [Int]? {
    guard a.count == b.count else { return nil }
    defer { for tensor in [a, b] { ElementReader(tensor).advise(willNeed: false, 0..<tensor.count) } }
    return ([[]] + orders).first { isEqual($0) }
  }

  /// The orders of the axes of `a`, but for its own, that give the shape of `b`.
  var orders: [[Int]] {
    guard a.shape.count == b.shape.count, (2...4).contains(a.shape.count) else { return [] }
    return Self.permutations(Array(a.shape.indices)).dropFirst().filter { order in
      order.map { a.shape[$0] } == b.shape
    }
  }

  /// Whether samples spread over the tensors are equal, the wider type's rounded to the narrower.
  private func isEqual(_ order: [Int]) -> Bool {
    let pair = TensorPair(ElementReader(a, order: order.isEmpty ? nil : order), ElementReader(b))
    guard pair.a.isSampled, pair.b.isSampled else { return order.isEmpty && a.type.element == b.type.element }
    return (0..<min(a.count, Self.samples)).allSatisfy { sample in
      // Multiples of the golden ratio lie far apart and on no line through a matrix.
      let spread = UInt64(sample) &* 0x9E37_79B9_7F4A_7C15
      return pair.isEqual(at: Int(spread.multipliedFullWidth(by: UInt64(a.count)).high))
    }
  }

  /// All orders of `items`, the given one first.
  private static func permutations(_ items: [Int]) -> [[Int]] {
    guard !items.isEmpty else { return [[]] }
    return items.indices.flatMap { index in
      var rest = items
      let head = rest.remove(at: index)
      return permutations(rest).map { [head] + $0 }
    }
  }
}

extension ElementReader {
  /// Whether single elements can be looked at.
  fileprivate var isSampled: Bool { element.hasValues && element.bits % 8 == 0 }
}

extension TensorPair {
  /// Whether the elements at `place` are equal, the wider type's rounded to the narrower.
  fileprivate func isEqual(at place: Int) -> Bool {
    guard let x = try? a.reals(place..<place + 1).first, let y = try? b.reals(place..<place + 1).first else {
      return false
    }
    return x == y || (x.isNaN && y.isNaN) || (a.element != b.element && isRounding(x, y))
  }
}
