import Tensors

extension WeightMatcher {
  /// Matches a tensor that the other checkpoint holds in several parts, cut along the first axis: queries, keys
  /// and values in one matrix or in three.
  mutating func matchParts() throws(Diagnostic) {
    for place in restA {
      let others = restB.map { ($0, b[$0].type) }
      let parts = try parts(
        of: a[place].type, { () throws(Diagnostic) in try tensor(a: place) }, among: others
      ) {
        (other) throws(Diagnostic) in try tensor(b: other)
      }
      add(
        parts.map {
          Match(a: Part(place: place, rows: $0.rows, type: $0.type), b: whole(b: $0.place), order: [])
        })
    }
    for place in restB {
      let others = restA.map { ($0, a[$0].type) }
      let parts = try parts(
        of: b[place].type, { () throws(Diagnostic) in try tensor(b: place) }, among: others
      ) {
        (other) throws(Diagnostic) in try tensor(a: other)
      }
      add(
        parts.map {
          Match(a: whole(a: $0.place), b: Part(place: place, rows: $0.rows, type: $0.type), order: [])
        })
    }
  }

  /// Matches what has no counterpart, but the values of a tensor that has one.
  mutating func matchCopies() throws(Diagnostic) {
    let placesA = Dictionary(grouping: a.indices) { a[$0].type.dims }
    let placesB = Dictionary(grouping: b.indices) { b[$0].type.dims }
    for place in restB where b[place].type.count ?? 0 > 1 {
      for candidate in placesA[b[place].type.dims, default: []].prefix(Self.most)
      where try isCopy(candidate, place) {
        addCopy(Match(a: whole(a: candidate), b: whole(b: place), order: []))
        break
      }
    }
    for place in restA where a[place].type.count ?? 0 > 1 {
      for candidate in placesB[a[place].type.dims, default: []].prefix(Self.most)
      where try isCopy(place, candidate) {
        addCopy(Match(a: whole(a: place), b: whole(b: candidate), order: []))
        break
      }
    }
  }

  private func isCopy(_ placeA: Int, _ placeB: Int) throws(Diagnostic) -> Bool {
    Probe(try tensor(a: placeA), try tensor(b: placeB)).order() == []
  }

  /// How many tensors are looked at for a part or a copy.
  private static let most = 512

  /// The tensors among `others` that make up a tensor of `type` when laid one behind the other, with their rows;
  /// empty iff there are no such.
  private func parts(
    of type: TensorType, _ whole: () throws(Diagnostic) -> Tensor,
    among others: [(place: Int, type: TensorType)],
    _ other: (Int) throws(Diagnostic) -> Tensor
  ) throws(Diagnostic) -> [(rows: Range<Int>, place: Int, type: TensorType)] {
    guard let rows = type.shape?.first, rows > 1, type.count ?? 0 > 0 else { return [] }
    var candidates = others.compactMap { place, part -> (place: Int, rows: Int)? in
      guard let length = part.shape?.first, (1..<rows).contains(length), part.rank == type.rank,
        part.dims.dropFirst() == type.dims.dropFirst()
      else { return nil }
      return (place, length)
    }.prefix(Self.most)
    guard candidates.reduce(0, { $0 + $1.rows }) >= rows else { return [] }
    let tensor = try whole()
    var parts: [(rows: Range<Int>, place: Int, type: TensorType)] = []
    var start = 0
    while start < rows {
      var next: Int?
      for index in candidates.indices where start + candidates[index].rows <= rows {
        let part = try tensor.rows(start..<start + candidates[index].rows)
        guard Probe(part, try other(candidates[index].place)).order() == [] else { continue }
        next = index
        parts.append((start..<start + candidates[index].rows, candidates[index].place, part.type))
        break
      }
      guard let next else { return [] }
      start += candidates.remove(at: next).rows
    }
    return parts
  }
}
