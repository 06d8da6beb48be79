import Tensors

/// The different slices of a tensor along an axis.
struct DistinctSlices {
  /// Of each the place where it stands first.
  private(set) var first: [Int] = []
  /// For each place on the axis the number of its slice.
  private(set) var numbers: [Int] = []
  /// How often each stands.
  private(set) var counts: [Int] = []

  /// In the order of their elements, or iff not `isSorted` in that of their first places.
  init(_ tensor: Tensor, axis: Int, isSorted: Bool) throws(Diagnostic) {
    if tensor.type.element.isInteger {
      self.init(try tensor.integers(), tensor.shape, axis, isSorted)
    } else {
      self.init(try tensor.reals(), tensor.shape, axis, isSorted)
    }
  }

  private init<Number: Comparable & Hashable>(
    _ x: [Number], _ shape: [Int], _ axis: Int, _ isSorted: Bool
  ) {
    let inner = shape[(axis + 1)...].reduce(1, *)
    let outer = shape[..<axis].reduce(1, *)
    let length = shape[axis]
    var seen: [[Number]: Int] = [:]
    var slices: [[Number]] = []
    for place in 0..<length {
      let slice = (0..<outer).flatMap { x[(($0 * length + place) * inner)...].prefix(inner) }
      if let number = seen[slice] {
        counts[number] += 1
        numbers.append(number)
      } else {
        seen[slice] = slices.count
        numbers.append(slices.count)
        slices.append(slice)
        first.append(place)
        counts.append(1)
      }
    }
    guard isSorted else { return }
    let order = slices.indices.sorted { slices[$0].lexicographicallyPrecedes(slices[$1]) }
    var rank = Array(repeating: 0, count: order.count)
    for (place, number) in order.enumerated() { rank[number] = place }
    first = order.map { first[$0] }
    counts = order.map { counts[$0] }
    numbers = numbers.map { rank[$0] }
  }
}
