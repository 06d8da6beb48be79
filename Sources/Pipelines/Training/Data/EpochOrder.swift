/// The order in which clips are drawn: every epoch all of them once, shuffled anew. A function of the seed, so
/// that a run can begin anywhere.
struct EpochOrder {
  let seed: UInt64
  let count: Int
  private var epoch = -1
  private var order: [Int] = []

  init(seed: UInt64, count: Int) { (self.seed, self.count) = (seed, count) }

  /// The clip that the `place`-th draw of the run gives.
  mutating func clip(at place: Int) -> Int {
    let wanted = place / count
    if wanted != epoch {
      (order, epoch) = (shuffled(wanted), wanted)
    }
    return order[place % count]
  }

  /// By Fisher and Yates.
  private func shuffled(_ epoch: Int) -> [Int] {
    var random = KeyedRandom(seed: seed, .order, step: epoch)
    var order = Array(0..<count)
    for last in order.indices.dropFirst().reversed() {
      order.swapAt(last, Int(random.uniform() * Double(last + 1)))
    }
    return order
  }
}
