/// A Brownian path of `count` independent coordinates over an interval of time, drawn by halving:
/// any increment depends on the entropy and its two times alone, not on what was asked before.
///
/// The values are those of torchsde's `BrownianTree` at its default tolerance: every time is rounded to six
/// decimals. Times are at most 10⁹.
struct BrownianTree: Sendable {
  private let entropy: UInt64
  private let count: Int
  private let root: Node
  private let total: Vector
  /// The increments of the nodes met on the last query's way, which the next one mostly shares.
  private var known: [Node: Vector] = [:]

  /// An interval of the halving; `key` is its place among the 2^`depth` of its depth.
  private struct Node: Hashable {
    var start: Double
    var end: Double
    var key: UInt64
    var depth: UInt64
  }

  init(from start: Double, to end: Double, count: Int, entropy: UInt64) {
    (self.entropy, self.count) = (entropy, count)
    root = Node(start: Self.rounded(start), end: Self.rounded(end), key: 0, depth: 0)
    let seed = SeedSequence(entropy: entropy).state(3)[0]
    total = Float((end - start).squareRoot()) * Self.normals(count, seed)
  }

  /// The path's increment from `start` to the later `end`; times outside the interval are moved to its ends.
  mutating func increment(from start: Double, to end: Double) -> Vector {
    let start = Self.rounded(min(max(start, root.start), root.end))
    let end = Self.rounded(min(max(end, root.start), root.end))
    guard start < end else { return Vector([Float](repeating: 0, count: count)) }
    var (sum, met): (Vector?, [Node: Vector]) = (nil, [:])
    add(root, total, from: start, to: end, sum: &sum, met: &met)
    known = met
    return sum ?? total
  }

  /// Adds to `sum`, left to right, the increments of the largest nodes under `node` that fill the times.
  private func add(
    _ node: Node, _ increment: Vector, from start: Double, to end: Double, sum: inout Vector?,
    met: inout [Node: Vector]
  ) {
    let middle = Self.rounded(0.5 * (node.end + node.start))
    guard start > node.start || end < node.end, node.start < middle, middle < node.end else {
      sum = sum.map { $0 + increment } ?? increment
      return
    }
    let left = Node(start: node.start, end: middle, key: node.key << 1, depth: node.depth + 1)
    let right = Node(start: middle, end: node.end, key: node.key << 1 | 1, depth: node.depth + 1)
    let first = known[left] ?? drawn(left: left, of: node, increment)
    met[left] = first
    if start < middle {
      add(left, first, from: start, to: min(end, middle), sum: &sum, met: &met)
    }
    if end > middle {
      add(right, increment - first, from: max(start, middle), to: end, sum: &sum, met: &met)
    }
  }

  /// The increment over the left half of `node`, given the whole one.
  private func drawn(left: Node, of node: Node, _ increment: Vector) -> Vector {
    let (before, after) = (left.end - node.start, node.end - left.end)
    let inverse = 1 / (node.end - node.start)
    let seed = SeedSequence(entropy: entropy, spawnKey: [node.key, node.depth]).state(4)[0]
    let spread = Float((before * after * inverse).squareRoot())
    return Float(inverse) * (Float(before) * increment) + spread * Self.normals(count, seed)
  }

  private static func normals(_ count: Int, _ seed: UInt32) -> Vector {
    var generator = TorchGenerator(seed: UInt64(seed))
    return Vector(generator.normals(count))
  }

  /// `time` rounded to six decimals, halves to even, as Python's `round(time, 6)`.
  static func rounded(_ time: Double) -> Double {
    let scaled = time * 1e6
    guard scaled.magnitude < 0x1p52 else { return time }
    var whole = scaled.rounded(.toNearestOrEven)
    // What the product lost decides where its rounding made a tie.
    let lost = (-scaled).addingProduct(time, 1e6)
    if (scaled - whole).magnitude == 0.5, lost != 0 {
      whole = lost > 0 ? scaled.rounded(.up) : scaled.rounded(.down)
    }
    return whole / 1e6
  }
}
