import Graphs
import Operators
import Tensors

extension Wording {
  /// Ops that read and write places told by indices.
  static let indices: [Wording] = [
    Wording(Gather.self) { (op, phrase) throws(Diagnostic) in
      try phrase.write(
        "Gather", [phrase.input(0)], trailing: [phrase.places(1)],
        [.integer("axis", phrase.place(op.axis, rank: phrase.type(0).rank))])
    },
    Wording(GatherElements.self) { (op, phrase) throws(Diagnostic) in
      try phrase.write(
        "GatherElements", [phrase.input(0)], trailing: [phrase.places(1)], [.integer("axis", op.axis)])
    },
    Wording(GatherND.self) { (op, phrase) throws(Diagnostic) in
      let places = try phrase.cast(phrase.input(1), to: .i64)
      return try phrase.write(
        "GatherND", [phrase.input(0)], trailing: [places], [.integer("batch_dims", op.batch)])
    },
    Wording(ScatterElements.self) { (op, phrase) throws(Diagnostic) in
      guard let reduction = op.reduction.attribute(opset: phrase.opset) else { return nil }
      return try phrase.write(
        "ScatterElements", [phrase.input(0), phrase.input(2)], between: phrase.places(1),
        [.integer("axis", op.axis), reduction])
    },
    Wording(ScatterND.self) { (op, phrase) throws(Diagnostic) in
      guard let reduction = op.reduction.attribute(opset: phrase.opset) else { return nil }
      let places = try phrase.cast(phrase.input(1), to: .i64)
      return try phrase.write(
        "ScatterND", [phrase.input(0), phrase.input(2)], between: places, [reduction])
    },
    Wording(ScatterAdd.self, scatterAdd), Wording(RelativeBuckets.self, relativeBuckets),
  ]

  /// `ScatterND` adds to its first axes, so the axes of the indices go there and come back.
  @Sendable private static func scatterAdd(_ op: ScatterAdd, _ phrase: Phrase) throws(Diagnostic) -> Operand?
  {
    let (x, count) = (phrase.type(0), phrase.type(1).rank)
    let front = Array(op.axis..<op.axis + count)
    let rest = x.dims.indices.filter { !front.contains($0) }
    let updates = try phrase.write("Transpose", [phrase.input(0)], [.integers("perm", front + rest)])
    let places = try phrase.write(
      "Unsqueeze", [phrase.cast(phrase.input(1), to: .i64)], trailing: [phrase.vector([count])])
    let zeros = try phrase.write(
      "Expand", [phrase.number(0, x.element)],
      trailing: [phrase.vector([op.length] + rest.map { x.dims[$0] })])
    let sums = try phrase.write(
      "ScatterND", [zeros, updates], between: places, [.text("reduction", "add")])
    let back = [Int](1..<op.axis + 1) + [0] + [Int](op.axis + 1..<rest.count + 1)
    return try phrase.write("Transpose", [sums], [.integers("perm", back)])
  }

  /// The buckets of all distances up to the greatest that matters, both ways, looked up.
  @Sendable private static func relativeBuckets(_ op: RelativeBuckets, _ phrase: Phrase) throws(Diagnostic)
    -> Operand?
  {
    guard op.maxDistance <= 1 << 16 else { return nil }
    let (queries, keys, reach) = (op.queries, op.keys, op.maxDistance)
    let buckets = try phrase.elaborate { g throws(Diagnostic) in
      var (back, ahead) = (op, op)
      (back.queries, back.keys) = (Dim(reach + 1), 1)
      (ahead.queries, ahead.keys) = (1, Dim(reach + 1))
      let behind = try g.reshape(g.add(back), [Dim(reach + 1)])
      let before = try g.reshape(g.add(ahead), [Dim(reach + 1)])
      // Of the one behind, distances 0, 1, 2, … stand in the rows; they are wanted falling.
      let falling = try g.subtract(g.constant(Double(reach), like: behind), g.iota(Dim(reach), .i64))
      let table = try g.concat([g.gather(behind, falling, axis: 0), before], axis: 0)
      let column = try g.reshape(g.iota(queries, .i64), [queries, 1])
      let distance = try g.subtract(g.iota(keys, .i64), column)
      let near = try g.minimum(
        g.maximum(distance, g.constant(Double(-reach), like: distance)),
        g.constant(Double(reach), like: distance))
      return try g.gather(table, g.add(near, plus: Double(reach)), axis: 0)
    }
    return try phrase.export.operand(buckets)
  }
}

extension Phrase {
  /// Input `index` as indices, which are i32 or i64.
  fileprivate func places(_ index: Int) throws(Diagnostic) -> Operand {
    let places = try input(index)
    return places.element == .i32 ? places : try cast(places, to: .i64)
  }
}

extension ScatterReduction {
  /// `nil` iff the opset does not have it.
  fileprivate func attribute(opset: Int) -> AttributeProto? {
    switch self {
    case .none: .text("reduction", "none")
    case .add: .text("reduction", "add")
    case .multiply: .text("reduction", "mul")
    case .minimum: opset < 18 ? nil : .text("reduction", "min")
    case .maximum: opset < 18 ? nil : .text("reduction", "max")
    }
  }
}
