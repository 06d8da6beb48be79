/// Curves of many points, made ready to be drawn in few.
enum Curves {
  typealias Points = [(x: Double, y: Double)]

  /// At each point the mean over the `window` points around it; fewer at the ends.
  static func smoothed(_ points: Points, over window: Int) -> Points {
    var sums = [0.0]
    for point in points { sums.append((sums.last ?? 0) + point.y) }
    return points.indices.map { place in
      let first = max(0, place - window / 2)
      let end = min(points.count, place + window / 2 + 1)
      return (points[place].x, (sums[end] - sums[first]) / Double(end - first))
    }
  }

  /// One point for each of `columns` equal pieces, the last of all among them.
  static func thinned(_ points: Points, columns: Int) -> Points {
    guard points.count > columns, columns > 0 else { return points }
    return (1...columns).map { points[$0 * points.count / columns - 1] }
  }

  /// The least and the greatest value of each of `columns` equal pieces, in the order in which they come.
  static func envelope(_ points: Points, columns: Int) -> Points {
    guard points.count > 2 * columns, columns > 0 else { return points }
    return (0..<columns).flatMap { column -> Points in
      let piece = points[column * points.count / columns..<(column + 1) * points.count / columns]
      guard let low = piece.min(by: { $0.y < $1.y }), let high = piece.max(by: { $0.y < $1.y }) else {
        return []
      }
      return low.x < high.x ? [low, high] : [high, low]
    }
  }
}
