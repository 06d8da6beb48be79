package import Graphs
package import Tensors

/// Scaled dot-product attention over several heads: `softmax(scale·q·kᵀ + bias)·v`.
///
/// Inputs: q `[B, N, heads·D]`, k `[B, M, kv_heads·D]`, v `[B, M, kv_heads·E]`, optionally a bias that
/// broadcasts to `[B, heads, N, M]`. Result: `[B, N, heads·E]`. Heads are the outer part of the last axis.
/// Query head h reads key and value head `h / (heads / kv_heads)`. A query whose keys are all hidden (bias
/// -∞) gives zero.
package struct Attention: CompositeOp {
  package static let name = "attention"
  package var heads: Int
  /// Divides `heads`.
  package var kvHeads: Int
  package var scale: Double

  enum CodingKeys: String, CodingKey {
    case heads
    case kvHeads = "kv_heads"
    case scale
  }

  /// `kvHeads` is `heads` where not given.
  package init(heads: Int, kvHeads: Int? = nil, scale: Double) {
    (self.heads, self.kvHeads, self.scale) = (heads, kvHeads ?? heads, scale)
  }

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    try expectCount(inputs.map { g[$0].type }, 3...4)
    let (q, k, v) = (g[inputs[0]].type, g[inputs[1]].type, g[inputs[2]].type)
    guard kvHeads > 0, heads.isMultiple(of: kvHeads) else { throw .groups(heads, kvHeads) }
    guard q.rank == 3, k.rank == 3, v.rank == 3, k.dims[..<2] == v.dims[..<2], q.dims[0] == k.dims[0],
      try q.headSize(heads) == k.headSize(kvHeads)
    else { throw .misfit(q, k, v) }
    let queries = try g.transpose(g.splitting(inputs[0], heads: heads), [0, 2, 1, 3])
    let keys = try g.transpose(everyHead(of: inputs[1], in: &g), [0, 2, 3, 1])
    let values = try g.transpose(everyHead(of: inputs[2], in: &g), [0, 2, 1, 3])
    var scores = try g.multiply(g.matmul(queries, keys), by: scale)
    if let bias = inputs.dropFirst(3).first {
      let type = g[scores].type
      scores = try g.add(scores, bias)
      guard g[scores].type == type else { throw .bias(g[bias].type, type) }
    }
    let mixed = try g.matmul(g.add(Softmax(), [scores]), values)
    return try g.merging(g.transpose(mixed, [0, 2, 1, 3]))
  }

  package func fusedGradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?]? {
    guard site.inputs.count == 3 || !site.wanted[3] else { return nil }
    let inputs = site.inputs[..<3] + [site.upstream] + site.inputs.dropFirst(3)
    var parts: [Value?] = []
    for (operand, isWanted) in zip(AttentionGradient.Operand.allCases, site.wanted) {
      parts.append(isWanted ? try g.add(AttentionGradient(self, by: operand), Array(inputs)) : nil)
    }
    return parts + site.inputs.dropFirst(3).map { _ in nil }
  }

  /// `[B, M, kv_heads·D]` as `[B, M, heads, D]`, each head repeated for the query heads that read it.
  func everyHead(of x: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    let split = try g.splitting(x, heads: kvHeads)
    guard heads > kvHeads else { return split }
    let dims = g[split].type.dims
    let group = Array(dims[..<3])
    let column = try g.reshape(split, group + [1, dims[3]])
    let repeated = try g.broadcast(column, group + [Dim(heads / kvHeads), dims[3]])
    return try g.reshape(repeated, [dims[0], dims[1], Dim(heads), dims[3]])
  }
}

extension Diagnostic {
  fileprivate static func groups(_ heads: Int, _ kvHeads: Int) -> Diagnostic {
    Diagnostic("\(kvHeads) key and value heads do not divide \(heads) query heads")
  }
  fileprivate static func misfit(_ q: TensorType, _ k: TensorType, _ v: TensorType) -> Diagnostic {
    Diagnostic(
      "attention is given q \(q), k \(k) and v \(v)",
      help: "it takes q [B, N, heads·D], k [B, M, kv_heads·D] and v [B, M, kv_heads·E]")
  }
  fileprivate static func bias(_ bias: TensorType, _ scores: TensorType) -> Diagnostic {
    Diagnostic("the bias of attention is \(bias), which does not broadcast to the scores, \(scores)")
  }
}
