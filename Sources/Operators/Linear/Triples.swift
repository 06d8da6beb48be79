/// Every `(i, j, k)` below three bounds, in row-major order.
struct Triples: Sequence, IteratorProtocol {
  private let bounds: (Int, Int, Int)
  private var next3 = (0, 0, 0)

  init(_ first: Int, _ second: Int, _ third: Int) { bounds = (first, second, third) }

  mutating func next() -> (Int, Int, Int)? {
    guard bounds.1 > 0, bounds.2 > 0, next3.0 < bounds.0 else { return nil }
    defer {
      next3.2 += 1
      if next3.2 == bounds.2 { next3 = (next3.0, next3.1 + 1, 0) }
      if next3.1 == bounds.1 { next3 = (next3.0 + 1, 0, 0) }
    }
    return next3
  }
}
