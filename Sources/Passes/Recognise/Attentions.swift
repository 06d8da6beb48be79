import Graphs
import Operators
import Tensors

/// Attention over heads spelt out: `matmul(softmax(scale·q·kᵀ + bias), v)`.
struct HeadAttention {
  /// `[B, H, N, D]`, heads before tokens.
  let queries: Value
  /// `[B, H', D, M]`, transposed as the product reads it.
  let keys: Value
  /// `[B, H', M, E]`.
  let values: Value
  let biases: [Value]
  let op: Attention
}

extension Site {
  /// The attention whose result this product is.
  ///
  /// A scale may stand on the scores or on queries and keys, in any parts; biases come behind it. What takes NaN
  /// out of the weights of a row that is all hidden goes too: `attention` gives zero there.
  var headAttention: HeadAttention? {
    guard node.op is MatMul, node.type.rank == 4, let scores = graph.scored(by: inputs[0]),
      let parts = Scores(scores, in: graph)
    else { return nil }
    let (q, k, v) = (graph[parts.queries].type, graph[parts.keys].type, graph[inputs[1]].type)
    guard q.rank == 4, k.rank == 4, v.rank == 4, let heads = q.dims[1].fixed, let kvHeads = k.dims[1].fixed,
      v.dims[1] == k.dims[1], q.dims[0] == k.dims[0], k.dims[0] == v.dims[0],
      kvHeads == heads || kvHeads == 1,
      q.dims[3].fixed != nil, v.dims[3].fixed != nil,
      parts.biases.allSatisfy({ graph[$0].type.rank <= 4 })
    else { return nil }
    let scale = parts.scale.nearest(to: 1 / Double(q.dims[3].fixed ?? 1).squareRoot())
    return HeadAttention(
      queries: parts.queries, keys: parts.keys, values: inputs[1], biases: parts.biases,
      op: Attention(heads: heads, kvHeads: kvHeads, scale: scale))
  }
}

extension HeadAttention {
  /// The composite on tokens, its result with heads before tokens again. What is moved to and fro meets the
  /// moves of the graph and is simplified.
  var replacement: Replacement {
    .building { (rebuild, name) throws(Diagnostic) in
      let q = try rebuild.graph.tokens(rebuild.new(queries), [0, 2, 1, 3])
      let k = try rebuild.graph.tokens(rebuild.new(keys), [0, 3, 1, 2])
      let v = try rebuild.graph.tokens(rebuild.new(values), [0, 2, 1, 3])
      var operands = [q, k, v]
      if let first = biases.first {
        var sum = try rebuild.new(first)
        for bias in biases.dropFirst() { sum = try rebuild.graph.add(sum, rebuild.new(bias)) }
        operands.append(sum)
      }
      let mixed = try rebuild.graph.add(op, operands, name: name)
      return try rebuild.graph.headsFirst(mixed, heads: op.heads)
    }
  }
}

/// What attention takes the softmax of, taken apart.
private struct Scores {
  let queries: Value
  let keys: Value
  let biases: [Value]
  let scale: Double

  init?(_ value: Value, in graph: Graph) {
    var (value, biases) = (value, [Value]())
    // Sums end at the product; the scale is below them all.
    while graph[value].op is Add {
      let (a, b) = (graph[value].inputs[0], graph[value].inputs[1])
      guard let product = [a, b].first(where: { graph.scaledProduct($0) != nil || graph[$0].op is Add })
      else {
        return nil
      }
      biases.append(product == a ? b : a)
      guard biases.count <= 4 else { return nil }
      value = product
    }
    guard let (product, outer) = graph.scaledProduct(value) else { return nil }
    let (q, k) = (graph.scaled(graph[product].inputs[0]), graph.scaled(graph[product].inputs[1]))
    (queries, keys, self.biases) = (q.value, k.value, biases.reversed())
    scale = outer * q.number * k.number
  }
}

extension Graph {
  /// What `value` is the softmax of over the last axis, NaN put right or not.
  fileprivate func scored(by value: Value) -> Value? {
    var weights = value
    if self[value].op is Where {
      let inputs = self[value].inputs
      guard self[inputs[0]].op is IsNaN, self[inputs[0]].inputs[0] == inputs[2], scalar(inputs[1]) == 0 else {
        return nil
      }
      weights = inputs[2]
    }
    guard let softmax = self[weights].as(Softmax.self),
      softmax.axis == -1 || softmax.axis == self[weights].type.rank - 1
    else { return nil }
    return self[weights].inputs[0]
  }

  /// The matrix product that `value` is a multiple of.
  fileprivate func scaledProduct(_ value: Value) -> (product: Value, number: Double)? {
    let (product, number) = scaled(value)
    return self[product].op is MatMul ? (product, number) : nil
  }

  /// `value` as a number times another value, through products and quotients with numbers, moves left where
  /// they are.
  func scaled(_ value: Value) -> (value: Value, number: Double) {
    var (value, scale) = (value, 1.0)
    while true {
      let node = self[value]
      guard node.op is Multiply || node.op is Divide else { return (value, scale) }
      let (a, b) = (node.inputs[0], node.inputs[1])
      if self[a].type == node.type, let factor = number(b) {
        (value, scale) = (a, node.op is Divide ? scale / factor : scale * factor)
      } else if node.op is Multiply, self[b].type == node.type, let factor = number(a) {
        (value, scale) = (b, scale * factor)
      } else {
        return (value, scale)
      }
    }
  }

  /// `x` with its axes in the order `[B, N, H, D]` that `permutation` gives, as `[B, N, H·D]`.
  mutating func tokens(_ x: Value, _ permutation: [Int]) throws(Diagnostic) -> Value {
    let split = try transpose(x, permutation)
    let dims = self[split].type.dims
    guard let features = dims[2] * dims[3] else { throw .features(self[split].type) }
    return try reshape(split, [dims[0], dims[1], features])
  }

  /// `[B, N, H·D]` as `[B, H, N, D]`.
  mutating func headsFirst(_ x: Value, heads: Int) throws(Diagnostic) -> Value {
    let dims = self[x].type.dims
    guard let size = dims[2].dividedExactly(by: heads) else { throw .features(self[x].type) }
    return try transpose(reshape(x, [dims[0], dims[1], Dim(heads), size]), [0, 2, 1, 3])
  }
}

extension Double {
  /// `other` where this is as near to it as the rounding of `f32` leaves it, else the shortest number that is
  /// this in `f32`.
  func nearest(to other: Double) -> Double {
    (self - other).magnitude <= 1e-6 * other.magnitude ? other : shortest
  }

  /// The number of fewest digits that is the same in `f32`, or this where it is none of `f32`.
  var shortest: Double {
    let narrow = Float(self)
    return Double(narrow) == self ? Double(narrow.description) ?? self : self
  }
}

extension Diagnostic {
  fileprivate static func features(_ type: TensorType) -> Diagnostic {
    Diagnostic("the heads of \(type) have no number of features", kind: .software)
  }
}
