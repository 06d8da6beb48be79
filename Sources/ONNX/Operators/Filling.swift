import Graphs
import Operators
import Tensors

extension Operator {
  /// Operators that make tensors or repeat what they are given.
  static let filling: [Operator] = [
    Operator("Expand", since: 8, expand), Operator("Tile", since: 6, tile),
    Operator("Range", since: 11, range), Operator("OneHot", since: 9, oneHot),
    Operator("Tile", until: 5) { (call) throws(Diagnostic) in
      let (x, type) = (try call.input(0), try call.type(of: 0))
      call.promise(type.element, rank: type.rank)
      guard let count = try call.lengths(1).first, let axis = try call.integers(2).first else {
        throw call.refusal("does not say how often or along which axis")
      }
      var repeats = Array(repeating: Dim(1), count: type.rank)
      repeats[try call.place(axis, rank: type.rank)] = count
      return try call.repeated(x, repeats)
    },
    Operator("ConstantOfShape", since: 9) { (call) throws(Diagnostic) in
      let fill: Tensor
      if let value = try call.tensor("value") {
        fill = value
      } else {
        fill = try Tensor(reals: [0], as: .f32(1))
      }
      call.promise(fill.type.element, rank: try call.type(of: 0).dims.first?.fixed ?? 0)
      let value = try call.translation.literal(fill.reshaped([]), name: "")
      return try call.g.broadcast(value, call.lengths(0))
    },
  ]

  @Sendable private static func expand(_ call: Call) throws(Diagnostic) -> Value {
    let (x, type) = (try call.input(0), try call.type(of: 0))
    call.promise(type.element, rank: Swift.max(type.rank, try call.type(of: 1).dims.first?.fixed ?? 0))
    let lengths = try call.lengths(1)
    let rank = Swift.max(type.rank, lengths.count)
    let ones = { (dims: [Dim]) in Array(repeating: Dim(1), count: rank - dims.count) + dims }
    // A length of 1 leaves an axis as it is.
    let dims = zip(ones(type.dims), ones(lengths)).map { own, wanted in wanted == 1 ? own : wanted }
    return try call.g.broadcast(x, dims)
  }

  @Sendable private static func tile(_ call: Call) throws(Diagnostic) -> Value {
    let (x, type) = (try call.input(0), try call.type(of: 0))
    call.promise(type.element, rank: type.rank)
    let repeats = try call.lengths(1)
    guard repeats.count == type.rank else { throw call.refusal("has \(repeats.count) repeats for \(type)") }
    return try call.repeated(x, repeats)
  }

  /// `start + delta·[0, 1, 2, …]`, below `limit` or above it where delta is negative.
  @Sendable private static func range(_ call: Call) throws(Diagnostic) -> Value {
    let element = try call.type(of: 0).element
    call.promise(element, rank: 1)
    let length: Dim
    if let lengths = try call.rangeLength() {
      length = lengths
    } else {
      let start = try call.tensor(0).reals().first ?? .nan
      let limit = try call.tensor(1).reals().first ?? .nan
      let delta = try call.tensor(2).reals().first ?? .nan
      guard delta != 0, let count = Int(exactly: ((limit - start) / delta).rounded(.up)) else {
        throw call.refusal("goes from \(start) to \(limit) by \(delta)")
      }
      length = Dim(Swift.max(0, count))
    }
    let steps = try call.g.multiply(call.g.iota(length, element), call.scalar(2))
    return try call.g.add(steps, call.scalar(0))
  }

  /// `on` where a place along a new axis is the index, counted from the end iff negative, else `off`.
  @Sendable private static func oneHot(_ call: Call) throws(Diagnostic) -> Value {
    let (values, type) = (try call.input(2), try call.type(of: 0))
    call.promise(call.type(values).element, rank: type.rank + 1)
    let element = try call.type(of: 1).element
    let depth = element.isInteger ? try call.lengths(1).first : try call.integers(1).first.map(Dim.fixed)
    guard let depth else { throw call.refusal("has no depth") }
    let axis = try call.place(call.integer("axis", default: -1), rank: type.rank + 1)
    let indices = try call.g.cast(call.input(0), to: .i64)
    let zero = try call.g.constant(0, like: indices)
    let fromEnd = try call.g.add(indices, call.g.length(of: depth, like: indices))
    let wrapped = try call.g.where(call.g.less(indices, zero), fromEnd, indices)
    var column = type.dims
    column.insert(1, at: axis)
    var row = Array(repeating: Dim(1), count: type.rank + 1)
    row[axis] = depth
    let places = try call.g.reshape(call.g.iota(depth, .i64), row)
    let off = try call.g.reshape(call.g.slice(values, axis: 0, start: 0, length: 1), [])
    let on = try call.g.reshape(call.g.slice(values, axis: 0, start: 1, length: 1), [])
    return try call.g.where(call.g.equal(call.g.reshape(wrapped, column), places), on, off)
  }
}

extension Call {
  /// How many numbers a range has; `nil` iff its ends and steps do not follow from lengths.
  fileprivate func rangeLength() throws(Diagnostic) -> Dim? {
    let ends = [try input(0), try input(1), try input(2)]
    guard let start = try translation.lengths(ends[0])?.first,
      let limit = try translation.lengths(ends[1])?.first,
      let delta = try translation.lengths(ends[2])?.first?.fixed, delta != 0, delta > .min,
      let span = limit - start
    else { return nil }
    let forward = delta > 0 ? span : span * -1
    guard let whole = forward.flatMap({ $0 + Dim(Int(delta.magnitude) - 1) }),
      let count = whole.dividedDown(by: Int(delta.magnitude))
    else { return nil }
    return (count.fixed ?? 0) < 0 ? 0 : count
  }

  /// Input `index`, one element, without axes.
  func scalar(_ index: Int) throws(Diagnostic) -> Value { try g.reshape(input(index), []) }

  /// `x` so many times along each axis.
  func repeated(_ x: Value, _ repeats: [Dim]) throws(Diagnostic) -> Value {
    var (split, spread, joined): ([Dim], [Dim], [Dim]) = ([], [], [])
    for (dim, count) in zip(type(x).dims, repeats) {
      guard let product = dim * count else { throw refusal("repeats \(dim) elements \(count) times") }
      joined.append(product)
      if count != 1, dim != 1 {
        split.append(1)
        spread.append(count)
      }
      split.append(dim)
      spread.append(dim == 1 ? count : dim)
    }
    return try g.reshape(g.broadcast(g.reshape(x, split), spread), joined)
  }
}
