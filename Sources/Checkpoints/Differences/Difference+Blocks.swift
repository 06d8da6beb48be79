extension Difference {
  /// Takes in `count` elements of each, a multiple of `lanes`, in single precision where that loses nothing and
  /// else one by one.
  ///
  /// The products of 64 elements at a time are summed as `Float`, the sums as `Double`.
  mutating func add(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>) {
    let count = min(a.count, b.count)
    var start = 0
    while start < count {
      let end = min(start + Self.block, count)
      if end - start < Self.block || !addVectors(a, b, from: start) {
        for index in start..<end { add(Double(a[index]), Double(b[index])) }
      }
      start = end
    }
  }

  private typealias Lanes = SIMD8<Float>
  private static let block = 64
  /// Sums of squares whose terms can neither have overflowed nor vanished.
  private static let safe: ClosedRange<Float> = 1e-24...1e30

  /// Takes in a block and returns true, or returns false iff it holds something that is not finite, or numbers
  /// whose squares single precision cannot hold.
  private mutating func addVectors(
    _ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>, from start: Int
  ) -> Bool {
    let (rawA, rawB) = (UnsafeRawBufferPointer(a), UnsafeRawBufferPointer(b))
    var (greatest, scale) = (Lanes(), Lanes())
    var (ab, aa, bb) = (Lanes(), Lanes(), Lanes())
    var unlike = SIMD8<Int32>()
    for index in stride(from: start, to: start + Self.block, by: Lanes.scalarCount) {
      let x = rawA.loadUnaligned(fromByteOffset: index * 4, as: Lanes.self)
      let y = rawB.loadUnaligned(fromByteOffset: index * 4, as: Lanes.self)
      let distance = x - y
      let far = distance.replacing(with: -distance, where: distance .< 0)
      let high = y.replacing(with: -y, where: y .< 0)
      greatest.replace(with: far, where: far .> greatest)
      scale.replace(with: high, where: high .> scale)
      unlike = unlike &+ SIMD8<Int32>(repeating: 0).replacing(with: 1, where: x .!= y)
      ab += x * y
      aa += x * x
      bb += y * y
    }
    let (sumA, sumB) = (aa.sum(), bb.sum())
    guard Self.safe.contains(sumA), Self.safe.contains(sumB) else { return false }
    self.greatest = max(self.greatest, Double(greatest.max()))
    self.scale = max(self.scale, Double(scale.max()))
    count += Int(unlike.wrappedSum())
    total += Self.block
    products.ab += Double(ab.sum())
    products.aa += Double(sumA)
    products.bb += Double(sumB)
    return true
  }
}
