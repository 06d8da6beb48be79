import Tensors

extension WeightMatcher {
  /// Matches a tensor that the other checkpoint holds in several parts, cut along the first axis: queries, keys
  /// and values in one matrix or in three.
  mutating func matchParts() {
    for whole in restA {
      let parts = parts(of: a[whole].tensor, among: restB.map { ($0, b[$0].tensor) })
      add(
        parts.map { rows, place, tensor in
          Match(a: Part(place: whole, rows: rows, tensor: tensor), b: self.whole(b: place), order: [])
        })
    }
    for whole in restB {
      let parts = parts(of: b[whole].tensor, among: restA.map { ($0, a[$0].tensor) })
      add(
        parts.map { rows, place, tensor in
          Match(a: self.whole(a: place), b: Part(place: whole, rows: rows, tensor: tensor), order: [])
        })
    }
  }

  /// Matches what has no counterpart, but the values of a tensor that has one.
  mutating func matchCopies() {
    let placesA = Dictionary(grouping: a.indices.filter { a[$0].tensor.count > 1 }) { a[$0].tensor.count }
    let placesB = Dictionary(grouping: b.indices.filter { b[$0].tensor.count > 1 }) { b[$0].tensor.count }
    for place in restB {
      let candidates = placesA[b[place].tensor.count, default: []].prefix(Self.most)
      let found = candidates.first { Probe(a[$0].tensor, b[place].tensor).order() == [] }
      if let found { addCopy(Match(a: whole(a: found), b: whole(b: place), order: [])) }
    }
    for place in restA {
      let candidates = placesB[a[place].tensor.count, default: []].prefix(Self.most)
      let found = candidates.first { Probe(a[place].tensor, b[$0].tensor).order() == [] }
      if let found { addCopy(Match(a: whole(a: place), b: whole(b: found), order: [])) }
    }
  }

  /// How many tensors are looked at for a part or a copy.
  private static let most = 512

  /// The tensors among `others` that make up `tensor` when laid one behind the other, with their rows; empty iff
  /// there are no such.
  private func parts(of tensor: Tensor, among others: [(place: Int, tensor: Tensor)])
    -> [(rows: Range<Int>, place: Int, tensor: Tensor)]
  {
    guard let rows = tensor.shape.first, rows > 1, tensor.count > 0 else { return [] }
    var candidates = others.filter { other in
      other.tensor.shape.count == tensor.shape.count
        && other.tensor.shape.dropFirst() == tensor.shape.dropFirst()
        && other.tensor.shape[0] < rows && other.tensor.count > 0
    }.prefix(Self.most)
    var parts: [(rows: Range<Int>, place: Int, tensor: Tensor)] = []
    var start = 0
    while start < rows {
      let next = candidates.firstIndex { candidate in
        guard let part = try? tensor.rows(start..<start + candidate.tensor.shape[0]) else { return false }
        return Probe(part, candidate.tensor).order() == []
      }
      guard let next else { return [] }
      let candidate = candidates.remove(at: next)
      let range = start..<start + candidate.tensor.shape[0]
      guard let part = try? tensor.rows(range) else { return [] }
      parts.append((range, candidate.place, part))
      start = range.upperBound
    }
    return parts
  }
}
