/// Picks boxes by score, leaving out those that overlap one that has been picked.
struct BoxSuppression {
  /// Four numbers a box, `[batch, count, 4]`: two corners, y before x, or the centre, x before y, width and height.
  let boxes: [Double]
  let isCentred: Bool
  /// How many are picked at most of a class of an element of the batch.
  let most: Int
  /// The part of their union that two picked boxes may share.
  let overlap: Double
  /// What a score must be above; `nil` iff any will do.
  let least: Double?

  /// Batch, class and number of every picked box. `scores` are `[batch, classes, count]`.
  func chosen(_ scores: [Double], batch: Int, classes: Int, count: Int) -> [Int64] {
    var result: [Int64] = []
    for element in 0..<batch {
      let areas = (0..<count).map { corners(element * count + $0) }
      for kind in 0..<classes {
        let row = scores[((element * classes + kind) * count)...].prefix(count).map(\.self)
        var picked: [Int] = []
        for box in order(row) {
          guard picked.count < most else { break }
          guard !picked.contains(where: { shared(areas[$0], areas[box]) > overlap }) else { continue }
          picked.append(box)
        }
        result += picked.flatMap { [Int64(element), Int64(kind), Int64($0)] }
      }
    }
    return result
  }

  /// The boxes whose score will do, the best first and of equals the first.
  private func order(_ scores: [Double]) -> [Int] {
    let able = scores.indices.filter { index in least.map { scores[index] > $0 } ?? true }
    return able.sorted { (scores[$1], $0) < (scores[$0], $1) }
  }

  private typealias Corners = (top: Double, left: Double, bottom: Double, right: Double)

  private func corners(_ box: Int) -> Corners {
    let numbers = Array(boxes[(box * 4)...].prefix(4))
    guard isCentred else {
      return (
        min(numbers[0], numbers[2]), min(numbers[1], numbers[3]), max(numbers[0], numbers[2]),
        max(numbers[1], numbers[3])
      )
    }
    let (width, height) = (numbers[2] / 2, numbers[3] / 2)
    return (numbers[1] - height, numbers[0] - width, numbers[1] + height, numbers[0] + width)
  }

  /// The part of the union of two boxes that they share.
  private func shared(_ a: Corners, _ b: Corners) -> Double {
    let height = min(a.bottom, b.bottom) - max(a.top, b.top)
    let width = min(a.right, b.right) - max(a.left, b.left)
    guard height > 0, width > 0 else { return 0 }
    let areas = [a, b].map { ($0.bottom - $0.top) * ($0.right - $0.left) }
    let union = areas[0] + areas[1] - height * width
    return union > 0 ? height * width / union : 0
  }
}
