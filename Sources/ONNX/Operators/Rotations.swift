import Graphs
import Operators
import Tensors

extension Operator {
  /// Rotary position embeddings.
  static let rotations: [Operator] = [
    Operator("RotaryEmbedding", since: 23) { (call) throws(Diagnostic) in
      try call.rotated(
        call.input(0), cosines: call.input(1), sines: call.input(2), positions: call.optional(3),
        heads: call.integer("num_heads"), features: call.integer("rotary_embedding_dim", default: 0),
        isInterleaved: call.flag("interleaved"))
    }
  ]
}

extension Call {
  /// `x`, `[B, N, heads·D]` or `[B, heads, N, D]`, with the first features of each head turned pair by pair.
  ///
  /// The tables are `[places, R/2]`, from which `positions`, `[B, N]`, choose, or `[B, N, R/2]`.
  func rotated(
    _ x: Value, cosines: Value, sines: Value, positions: Value?, heads: Int?, features: Int,
    isInterleaved: Bool
  ) throws(Diagnostic) -> Value {
    let dims = type(x).dims
    var split = x
    if dims.count == 3 {
      guard let heads, heads > 0, let size = dims[2].dividedDown(by: heads), size * Dim(heads) == dims[2]
      else {
        throw refusal("does not divide \(type(x)) into heads")
      }
      split = try g.reshape(x, [dims[0], dims[1], Dim(heads), size])
    } else {
      guard dims.count == 4 else { throw refusal("takes \(type(x))") }
      split = try g.transpose(x, [0, 2, 1, 3])
    }
    let shape = type(split).dims
    guard let size = shape[3].fixed, 0...size ~= features, (features == 0 ? size : features).isMultiple(of: 2)
    else {
      throw refusal("turns \(features) features of \(shape[3])")
    }
    let turning = features == 0 ? size : features
    let head = try g.slice(split, axis: 3, start: 0, length: Dim(turning))
    let (cosines, sines) = (try table(cosines, positions, shape), try table(sines, positions, shape))
    // Each pair on an axis of its own: behind its features where they are neighbours, else in front.
    let pairs = Dim(turning / 2)
    let paired = try g.reshape(head, shape[..<3] + (isInterleaved ? [pairs, 2] : [2, pairs]))
    let axis = isInterleaved ? 4 : 3
    let row = Array(shape[..<3]) + [pairs]
    let a = try g.reshape(g.slice(paired, axis: axis, start: 0, length: 1), row)
    let b = try g.reshape(g.slice(paired, axis: axis, start: 1, length: 1), row)
    let real = try g.subtract(g.multiply(cosines, a), g.multiply(sines, b))
    let imaginary = try g.add(g.multiply(sines, a), g.multiply(cosines, b))
    let column = Array(shape[..<3]) + (isInterleaved ? [pairs, 1] : [1, pairs])
    var turned = try g.concat([g.reshape(real, column), g.reshape(imaginary, column)], axis: axis)
    turned = try g.reshape(turned, shape[..<3] + [Dim(turning)])
    if turning < size {
      let rest = try g.slice(split, axis: 3, start: Dim(turning), length: Dim(size - turning))
      turned = try g.concat([turned, rest], axis: 3)
    }
    return try dims.count == 3 ? g.reshape(turned, dims) : g.transpose(turned, [0, 2, 1, 3])
  }

  /// A table as `[B, N, 1, R/2]`, or `[1, N, 1, R/2]`.
  private func table(_ table: Value, _ positions: Value?, _ shape: [Dim]) throws(Diagnostic) -> Value {
    var rows = table
    if let positions {
      rows = try g.gather(table, positions, axis: 0)
    }
    let dims = type(rows).dims
    guard let last = dims.last, 2...3 ~= dims.count else { throw refusal("has a table \(type(rows))") }
    return try g.reshape(rows, (dims.count == 3 ? [dims[0], dims[1]] : [1, dims[0]]) + [1, last])
  }
}
