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
      return try phrase.write("Pad", [phrase.input(0)], trailing: [phrase.vector(lengths)])
    },
    Wording(Concat.self) { (op, phrase) throws(Diagnostic) in
      try phrase.write(
        "Concat", phrase.allInputs(), [.integer("axis", phrase.place(op.axis, rank: phrase.type.rank))])
    },
    Wording(Iota.self) { (op, phrase) throws(Diagnostic) in
      let (zero, one) = (try phrase.number(0, .i64), try phrase.number(1, .i64))
      return try phrase.cast(phrase.write("Range", [zero, phrase.scalar(op.length), one]), to: op.element)
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
    let start = try place(op.start, of: whole, phrase)
    let end: Operand
    if let sum = op.start + op.length {
      end = try sum == whole ? phrase.vector([Int.max]) : place(sum, of: whole, phrase)
    } else {
      end = try phrase.write("Add", [phrase.vector([op.start]), phrase.vector([op.length])])
    }
    return try phrase.write("Slice", [phrase.input(0)], trailing: [start, end, phrase.vector([axis])])
  }

  private static func place(_ dim: Dim, of whole: Dim, _ phrase: Phrase) throws(Diagnostic) -> Operand {
    if dim.fixed == nil, let rest = (dim - whole)?.fixed, rest < 0 { return try phrase.vector([rest]) }
    return try phrase.vector([dim])
  }
}
