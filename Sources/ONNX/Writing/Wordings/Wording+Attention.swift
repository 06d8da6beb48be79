import Graphs
import Operators
import Tensors

extension Wording {
  /// Attention and the rotation of its queries and keys, where ONNX has operators for them.
  static let attentions: [Wording] = [
    Wording(Attention.self, since: 23, attention), Wording(RoPE.self, since: 23, rope),
    Wording(AxialRoPE.self, axialRoPE),
  ]

  /// ONNX multiplies queries and keys by the root of the scale each, so there has to be one.
  @Sendable private static func attention(_ op: Attention, _ phrase: Phrase) throws(Diagnostic) -> Operand? {
    guard phrase.type.element != .f64, op.scale > 0 else { return nil }
    let attributes: [AttributeProto] = [
      .integer("kv_num_heads", op.kvHeads), .integer("q_num_heads", op.heads), .real("scale", op.scale),
    ]
    let operands = Array(try phrase.allInputs().prefix(3))
    guard phrase.inputs.count == 4 else { return try phrase.write("Attention", operands, attributes) }
    return try masked(op, operands, attributes, phrase)
  }

  /// ONNX's bias names both axes of the scores, and where it hides all keys of a query the result is NaN, for
  /// which we put 0.
  private static func masked(
    _ op: Attention, _ operands: [Operand], _ attributes: [AttributeProto], _ phrase: Phrase
  ) throws(Diagnostic) -> Operand {
    let (queries, keys) = (phrase.type(0).dims[1], phrase.type(1).dims[1])
    let bias = try phrase.elaborate { g throws(Diagnostic) in
      let dims = g[phrase.inputs[3]].type.dims
      let outer = Array(repeating: Dim(1), count: 4 - dims.count) + dims
      let whole = try g.reshape(phrase.inputs[3], outer)
      return try g.broadcast(whole, Array(outer[..<2]) + [queries, keys])
    }
    let mask = try phrase.export.operand(bias)
    let y = try phrase.write("Attention", operands + [mask], attributes)
    let isHidden = try phrase.isHidden(mask, along: -1)
    let zero = try phrase.number(0, y.element)
    guard phrase.export.graph[bias].type.dims[1] != 1 else {
      // [B, 1, N, 1] is the same for all heads: [B, N, 1].
      let rows = try phrase.write("Squeeze", [isHidden], trailing: [phrase.vector([1])])
      return try phrase.write("Where", [zero, y], leading: [rows])
    }
    let size = (phrase.type.dims[2].fixed ?? 0) / op.heads
    let heads = try phrase.write("Reshape", [y], trailing: [phrase.vector([0, 0, op.heads, size])])
    let rows = try phrase.write("Transpose", [isHidden], [.integers("perm", [0, 2, 1, 3])])
    let kept = try phrase.write("Where", [zero, heads], leading: [rows])
    return try phrase.write("Reshape", [kept], trailing: [phrase.vector([0, 0, op.heads * size])])
  }

  /// The frames, rows and columns counted by token, as exporters do; nothing of it is a tensor in the file.
  @Sendable private static func axialRoPE(_ op: AxialRoPE, _ phrase: Phrase) throws(Diagnostic) -> Operand? {
    guard op.grid.count == 3, let height = op.grid[1].fixed, let width = op.grid[2].fixed, width > 0,
      case let (area, overflow) = height.multipliedReportingOverflow(by: width), !overflow, area > 0
    else { return nil }
    let (tokens, pairs) = (phrase.type.dims[1], try phrase.type.headSize(op.heads) / 3 / 2)
    let element = phrase.type.element.ofAngles
    let y = try phrase.elaborate { g throws(Diagnostic) in
      let place = try g.iota(tokens, .i64)
      let frame = try g.divide(place, g.constant(Double(area), like: place))
      let rest = try g.subtract(place, g.multiply(frame, by: Double(area)))
      let row = try g.divide(rest, g.constant(Double(width), like: place))
      let column = try g.subtract(rest, g.multiply(row, by: Double(width)))
      var tables: [Value] = []
      for (number, length) in [(frame, nil), (row, height), (column, width)] as [(Value, Int?)] {
        var positions = try g.cast(number, to: element)
        if let length, let span = op.span {
          positions = try g.divide(
            g.multiply(positions, by: span), g.constant(Double(max(length - 1, 1)), like: positions))
        }
        tables.append(try g.angles(positions, pairs: pairs, base: op.base, tiled: op.tiled))
      }
      let angles = try g.concat(tables, axis: 1)
      return try g.add(Rotate(heads: op.heads, style: .interleaved), [phrase.inputs[0], angles])
    }
    return try phrase.export.operand(y)
  }

  /// The angles of the pairs as tables by token, and the tokens as positions in them.
  @Sendable private static func rope(_ op: RoPE, _ phrase: Phrase) throws(Diagnostic) -> Operand? {
    let element = phrase.type.element
    guard OperatorTypes.has("RotaryEmbedding", element, opset: phrase.opset) else { return nil }
    let (tokens, pairs) = (phrase.type.dims[1], op.dims / 2)
    let angles = try phrase.elaborate { g throws(Diagnostic) in
      var positions: Value
      if phrase.inputs.count > 1 {
        positions = try g.cast(phrase.inputs[1], to: .f32)
      } else {
        positions = try g.iota(tokens, .f32)
        if op.step != 1 { positions = try g.multiply(positions, by: op.step) }
        if op.start != 0 { positions = try g.add(positions, plus: op.start) }
      }
      let place = try g.iota(Dim(pairs), .f32)
      let exponents = try g.divide(place, g.constant(Double(pairs), like: place))
      let frequencies = try g.reciprocal(g.power(g.constant(op.base, like: place), exponents))
      return try g.multiply(g.reshape(positions, [tokens, 1]), frequencies)
    }
    let cosines = try phrase.elaborate { g throws(Diagnostic) in try g.cast(g.cos(angles), to: element) }
    let sines = try phrase.elaborate { g throws(Diagnostic) in try g.cast(g.sin(angles), to: element) }
    let places = try phrase.elaborate { g throws(Diagnostic) in
      try g.broadcast(g.reshape(g.iota(tokens, .i64), [1, tokens]), [phrase.type.dims[0], tokens])
    }
    let size = (phrase.type.dims[2].fixed ?? 0) / op.heads
    return try phrase.write(
      "RotaryEmbedding", [phrase.input(0), phrase.export.operand(cosines), phrase.export.operand(sines)],
      trailing: [phrase.export.operand(places)],
      [
        .integer("interleaved", op.style == .interleaved ? 1 : 0), .integer("num_heads", op.heads),
        .integer("rotary_embedding_dim", op.dims == size ? 0 : op.dims),
      ])
  }
}
