import Tensors

/// Keys that differ in their numbers only, and say the same: `encoder.layers.1-5.layers.0-2.layers.0.alpha`.
struct KeyGroup: Hashable {
  let first: Name
  let note: String
  /// The keys' common name, with ranges in place of the numbers in which they differ.
  let pattern: String

  /// `keys` in groups, in the order in which the first of each stands. A group stands for all the keys its
  /// pattern says, and no two for the same.
  static func groups(of keys: [(name: Name, note: String)]) -> [KeyGroup] {
    var order: [Shape] = []
    var members: [Shape: [(name: Name, numbers: [Int])]] = [:]
    for key in keys {
      let shape = Shape(key.name, key.note)
      if members[shape] == nil { order.append(shape) }
      members[shape, default: []].append((key.name, shape.numbers(of: key.name)))
    }
    return order.flatMap { shape in
      let keys = members[shape] ?? []
      return boxes(keys.map(\.numbers)).map { box in
        let first = keys.first { zip(box, $0.numbers).allSatisfy { $0.contains($1) } }
        return KeyGroup(first: first?.name ?? "", note: shape.note, pattern: shape.pattern(box))
      }
    }
  }

  /// `numbers` as few products of sets: rows that agree in all places but one are put together, place by place
  /// from the last.
  private static func boxes(_ numbers: [[Int]]) -> [[Set<Int>]] {
    var boxes = numbers.map { $0.map { Set([$0]) } }
    for place in (numbers.first ?? []).indices.reversed() {
      var order: [[Set<Int>]] = []
      var merged: [[Set<Int>]: Set<Int>] = [:]
      for box in boxes {
        var rest = box
        rest[place] = []
        if merged[rest] == nil { order.append(rest) }
        merged[rest, default: []].formUnion(box[place])
      }
      boxes = order.map { rest in
        var box = rest
        box[place] = merged[rest] ?? []
        return box
      }
    }
    return boxes
  }
}

/// A key with its numbers left out.
private struct Shape: Hashable {
  let parts: [String?]
  let note: String

  init(_ name: Name, _ note: String) {
    parts = name.parts.map { Name.number($0) == nil ? String($0) : nil }
    self.note = note
  }

  func numbers(of name: Name) -> [Int] { name.parts.compactMap { Name.number($0) } }

  /// The key with `numbers` in the places left out.
  func pattern(_ numbers: [Set<Int>]) -> String {
    var numbers = numbers[...]
    return parts.map { $0 ?? (numbers.popFirst() ?? []).ranges }.joined(separator: ".")
  }
}
