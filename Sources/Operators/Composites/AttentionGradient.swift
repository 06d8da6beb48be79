package import Graphs
package import Tensors

/// The gradient of `attention` by one of its operands.
///
/// Inputs: q, k and v of the attention, the gradient by its result, and its bias where it has one. Result: of
/// the type of the operand. With the weights `w = softmax(scale·q·kᵀ + bias)` and `u` the gradient by the result:
///
///     by value    wᵀ·u
///     by query    s·k,  by key  sᵀ·q     with  s = scale·w·(u·vᵀ - Σ w·(u·vᵀ))
package struct AttentionGradient: CompositeOp {
  package static let name = "attention_gradient"
  package var heads: Int
  package var kvHeads: Int
  package var scale: Double
  package var by: Operand

  package enum Operand: String, CaseIterable, Codable, Sendable { case query, key, value }

  enum CodingKeys: String, CodingKey {
    case heads
    case kvHeads = "kv_heads"
    case scale, by
  }

  package init(_ attention: Attention, by operand: Operand) {
    (heads, kvHeads, scale, by) = (attention.heads, attention.kvHeads, attention.scale, operand)
  }

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    try expectCount(inputs.map { g[$0].type }, 4...5)
    let attention = Attention(heads: heads, kvHeads: kvHeads, scale: scale)
    let operands = Array(inputs[..<3])
    let result = try g.add(attention, operands + inputs.dropFirst(4))
    guard g[result].type == g[inputs[3]].type else { throw .upstream(g[inputs[3]].type, g[result].type) }
    let place = Operand.allCases.firstIndex(of: by) ?? 0
    let parts = try attention.expandedGradient(operands + inputs.dropFirst(4), inputs[3], in: &g)
    return parts[place]
  }
}

extension Attention {
  /// The gradients by query, key and value, in simple ops.
  fileprivate func expandedGradient(_ inputs: [Value], _ upstream: Value, in g: inout Graph)
    throws(Diagnostic) -> [Value]
  {
    let queries = try g.transpose(g.splitting(inputs[0], heads: heads), [0, 2, 1, 3])
    let keys = try g.transpose(everyHead(of: inputs[1], in: &g), [0, 2, 1, 3])
    let values = try g.transpose(everyHead(of: inputs[2], in: &g), [0, 2, 1, 3])
    let slope = try g.transpose(g.splitting(upstream, heads: heads), [0, 2, 1, 3])
    var scores = try g.multiply(g.matmul(queries, g.transposeMatrix(keys)), by: scale)
    if let bias = inputs.dropFirst(3).first { scores = try g.add(scores, bias) }
    let weights = try g.add(Softmax(), [scores])
    let byWeights = try g.matmul(slope, g.transposeMatrix(values))
    let mean = try g.sum(g.multiply(weights, byWeights), axes: [-1])
    let byScores = try g.multiply(g.multiply(weights, g.subtract(byWeights, mean)), by: scale)
    return [
      try g.merging(g.transpose(g.matmul(byScores, keys), [0, 2, 1, 3])),
      try gathered(g.matmul(g.transposeMatrix(byScores), queries), in: &g),
      try gathered(g.matmul(g.transposeMatrix(weights), slope), in: &g),
    ]
  }

  /// `[B, heads, M, D]` as `[B, M, kv_heads·D]`, summed over the query heads that read one head.
  private func gathered(_ x: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    let turned = try g.transpose(x, [0, 2, 1, 3])
    guard heads > kvHeads else { return try g.merging(turned) }
    let dims = g[turned].type.dims
    let grouped = try g.reshape(turned, dims[..<2] + [Dim(kvHeads), Dim(heads / kvHeads), dims[3]])
    return try g.merging(g.sum(grouped, axes: [3], keep: false))
  }
}

extension Diagnostic {
  fileprivate static func upstream(_ given: TensorType, _ result: TensorType) -> Diagnostic {
    Diagnostic("the gradient given for the attention is \(given), but its result is \(result)")
  }
}
