import Graphs
import Operators
import Tensors

extension Site {
  /// The transpose of x where this reshape is one of `transpose(reshape(x))` and the inner reshape merges axes
  /// of x that adjoin.
  ///
  ///     [B, H, M, D] reshape [B·H, M, D] transpose [B·H, D, M] reshape [B, H, D, M]
  ///     [B, H, M, D] transpose                                         [B, H, D, M]
  var turned: (op: Transpose, source: Value)? {
    guard let (transpose, merged) = input(0)?.match(Transpose.self) else { return nil }
    let source = graph.unshaped(merged[0])
    guard source != merged[0],
      let groups = graph[source].type.dims.groups(merging: graph[merged[0]].type.dims)
    else { return nil }
    return (Transpose(permutation: transpose.permutation.flatMap { groups[$0] }), source)
  }
}

extension [Dim] {
  /// For each of `merged` the axes of these dims that it is the product of, in order; `nil` iff there are none
  /// such. An axis of length 1 goes with what stands before it where it may go with either.
  func groups(merging merged: [Dim]) -> [[Int]]? {
    var groups: [[Int]] = []
    var next = 0
    for (place, dim) in merged.enumerated() {
      var group: [Int] = []
      var product: Dim = 1
      while next < count, product != dim || group.isEmpty {
        guard let larger = product * self[next] else { return nil }
        // A 1 that is new in `merged` is made of nothing.
        if dim == 1, self[next] != 1 { break }
        product = larger
        group.append(next)
        next += 1
      }
      let isLast = place == merged.count - 1
      while next < count, self[next] == 1, isLast || merged[place + 1] != 1 {
        group.append(next)
        next += 1
      }
      guard product == dim else { return nil }
      groups.append(group)
    }
    return next == count ? groups : nil
  }
}
