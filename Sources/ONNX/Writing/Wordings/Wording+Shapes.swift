import Graphs
import Operators
import Tensors

extension Wording {
  /// Ops that move elements and compute none.
  static let shapes: [Wording] = [
    Wording(Reshape.self, reshape), Wording(Broadcast.self, broadcast), Wording(Slice.self, slice),
    Wording(Transpose.self) { (op, phrase) throws(Diagnostic) in
      try phrase.write("Transpose", [phrase.input(0)], [.integers("perm", op.permutation)])
    },
    Wording(Pad.self) { (op, phrase) throws(Diagnostic) in
      let rank = phrase.type.rank
      var lengths = Array(repeating: Dim(0), count: 2 * rank)
      lengths[phrase.place(op.axis, rank: rank)] = op.before
      lengths[rank + phrase.place(op.axis, rank: rank)] = op.after
      let x = try phrase.fitting("Pad", phrase.input(0))
      var trailing = [try phrase.vector(lengths)]
      if let value = op.value { trailing.append(try phrase.number(value, x.element)) }
      return try phrase.cast(phrase.write("Pad", [x], trailing: trailing), to: phrase.type.element)
    },
    Wording(Extend.self, extend),
    Wording(Concat.self) { (op, phrase) throws(Diagnostic) in
      try phrase.write(
        "Concat", phrase.allInputs(), [.integer("axis", phrase.place(op.axis, rank: phrase.type.rank))])
    },
    Wording(Iota.self) { (op, phrase) throws(Diagnostic) in
      let (zero, one) = (try phrase.number(0, .i64), try phrase.number(1, .i64))
      return try phrase.cast(phrase.write("Range", [zero, phrase.scalar(op.length), one]), to: op.element)
    },
    Wording(After.self) { (_, phrase) throws(Diagnostic) in
      try phrase.write("Identity", [phrase.input(0)])
    },
    Wording(Length.self) { (op, phrase) throws(Diagnostic) in
      try phrase.cast(phrase.scalar(op.dim), to: op.element)
    },
  ]

  /// Lengths that stay where they are are copied and one is left to be inferred, so that most targets are
  /// constants; what then is still open is computed.
  @Sendable private static func reshape(_ op: Reshape, _ phrase: Phrase) throws(Diagnostic) -> Operand? {
    let (x, source) = (try phrase.input(0), phrase.type(0).dims)
    var numbers: [Int] = []
    for (axis, dim) in op.dims.enumerated() {
      if let length = dim.fixed {
        numbers.append(length)
      } else if source.indices.contains(axis), source[axis] == dim {
        numbers.append(0)
      } else {
        numbers.append(-1)
      }
    }
    guard !op.dims.contains(0) else {
      return try phrase.write(
        "Reshape", [x], trailing: [phrase.vector(op.dims)], [.integer("allowzero", 1)])
    }
    let isTold = numbers.count { $0 == -1 } <= 1
    let target = isTold ? try phrase.vector(numbers) : try phrase.vector(op.dims)
    return try phrase.write("Reshape", [x], trailing: [target])
  }

  /// `Pad` mirrors once only, so an axis must be known to be longer than what is put before or behind it.
  @Sendable private static func extend(_ op: Extend, _ phrase: Phrase) throws(Diagnostic) -> Operand? {
    let (rank, source) = (phrase.type.rank, phrase.type(0).dims)
    let axis = phrase.place(op.axis, rank: rank)
    switch op.mode {
    case .wrap: return nil
    case .edge: break
    case .reflect:
      guard let whole = source[axis].fixed, let before = op.before.fixed, let after = op.after.fixed,
        before < whole, after < whole
      else { return nil }
    }
    var lengths = Array(repeating: Dim(0), count: 2 * rank)
    (lengths[axis], lengths[rank + axis]) = (op.before, op.after)
    return try phrase.write(
      "Pad", [phrase.input(0)], trailing: [phrase.vector(lengths)], [.text("mode", op.mode.rawValue)])
  }

  /// `Expand` keeps the axes for which it is told 1.
  @Sendable private static func broadcast(_ op: Broadcast, _ phrase: Phrase) throws(Diagnostic) -> Operand? {
    let source = phrase.type(0).dims
    let missing = op.dims.count - source.count
    let lengths = op.dims.enumerated().map { axis, dim in
      axis >= missing && source[axis - missing] == dim ? Dim(1) : dim
    }
    return try phrase.write("Expand", [phrase.input(0)], trailing: [phrase.vector(lengths)])
  }

  /// Ends that stand at a fixed distance from the end of the axis are counted from there.
  @Sendable private static func slice(_ op: Slice, _ phrase: Phrase) throws(Diagnostic) -> Operand? {
    let axis = phrase.place(op.axis, rank: phrase.type.rank)
    let whole = phrase.type(0).dims[axis]
    let isEmpty = op.length == 0
    let start = isEmpty ? try phrase.vector([0]) : try place(op.start, of: whole, phrase)
    let end = isEmpty ? try phrase.vector([0]) : try end(of: op, in: whole, phrase)
    var trailing = [start, end, try phrase.vector([axis])]
    if let step = op.step, !isEmpty { trailing.append(try phrase.vector([step])) }
    return try phrase.write("Slice", [phrase.input(0)], trailing: trailing)
  }

  /// The place behind the last one, in the direction of the walk.
  private static func end(of op: Slice, in whole: Dim, _ phrase: Phrase) throws(Diagnostic) -> Operand {
    let step = op.step ?? 1
    let last = (op.length - 1).flatMap { $0 * Dim(step) }.flatMap { op.start + $0 }
    guard let last else {
      guard step == 1 else { throw .mixed(op) }
      return try phrase.write("Add", [phrase.vector([op.start]), phrase.vector([op.length])])
    }
    guard step < 0 else {
      let end = last + 1
      return try end == whole ? phrase.vector([Int.max]) : place(end ?? whole, of: whole, phrase)
    }
    // A place in front of the first element can only be told as one far beyond it.
    if let place = last.fixed { return try phrase.vector([place == 0 ? Int.min : place - 1]) }
    guard let end = (last - whole).flatMap({ $0 - 1 }) else { throw .mixed(op) }
    return try phrase.vector([end])
  }

  private static func place(_ dim: Dim, of whole: Dim, _ phrase: Phrase) throws(Diagnostic) -> Operand {
    if dim.fixed == nil, let rest = (dim - whole)?.fixed, rest < 0 { return try phrase.vector([rest]) }
    return try phrase.vector([dim])
  }
}

extension Diagnostic {
  fileprivate static func mixed(_ op: Slice) -> Diagnostic {
    Diagnostic(
      "the end of a slice of \(op.length) elements from \(op.start) on needs two named lengths",
      help: "bind one of them before exporting")
  }
}
