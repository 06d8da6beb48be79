import Graphs
import Operators
import Tensors

extension Pass {
  /// Finds the composite ops that a graph spells out in simpler ones, as exporters do. Goes by data flow;
  /// the order of commutative operands and the nesting of products do not matter.
  ///
  ///     multiply(x, sigmoid(x))                                     ->  silu(x)
  ///     x · 0.5 · (1 + erf(x / √2)), and the form with tanh          ->  gelu(x)
  ///     exp(x - max(x)) / sum(exp(x - max(x)))                      ->  softmax(x)
  ///     (x - mean(x)) / √(mean((x - mean(x))²) + eps) [· scale] [+ bias]  ->  layer_norm(x[, scale[, bias]])
  ///     x / √(mean(x²) + eps) [· scale]                             ->  rms_norm(x[, scale])
  ///     matmul(x, transpose(w)) [+ bias]                            ->  linear(x, w[, bias])
  ///     x + sin²(x · e^alpha) / (e^beta + 1e-9)                     ->  snake(x, alpha, beta)
  ///     matmul(x, w) of a parameter w                               ->  linear(x, transpose(w))
  ///     x[…, :F] · silu(x[…, F:])                                   ->  glu(x)
  ///     matmul(softmax(scale·q·kᵀ [+ bias]), v) over heads          ->  attention(q, k, v[, bias])
  ///     where(max(s) = -∞, 0, softmax(s))                           ->  softmax(s)
  ///     where(max(bias) = -∞, 0, attention(q, k, v, bias))          ->  attention(q, k, v, bias)
  ///     attention whose key and value heads are repeated            ->  attention of fewer of them
  ///     u·cos(a) + turn(u)·sin(a) over the first features of heads  ->  rotate(x, a)
  ///     concat(x·cos(a) - y·sin(a), x·sin(a) + y·cos(a))            ->  rotate(…, a)
  ///     rotate(x, positions·frequencies)                            ->  rope(x), axial_rope(x)
  ///
  /// What these leave, and what hides them, is simplified as by `simplify`; equal nodes are shared first.
  ///
  /// The numbers stay the same to round-off; a row of nothing but -∞, for which the spelt-out softmax gives
  /// NaN, becomes 0.
  package static let recognise = Pass("recognise", "find composite ops that are spelt out in simpler ones") {
    (graph) throws(Diagnostic) in
    // Each round may hand a larger pattern to the next: matmul, linear, linear with bias.
    try Pass.shareCommon.run(graph.simplified()).repeating("recognise") { graph throws(Diagnostic) in
      let (next, count) = try graph.rewriting { (site) throws(Diagnostic) in recognised(site) }
      return (count > 0 ? try Pass.shareCommon.run(next.simplified()) : next, count)
    }
  }

  /// What `site` is in fewer words; `nil` iff it is none of the patterns or would change its type.
  private static func recognised(_ site: Site) -> Replacement? {
    if let snake = site.snake { return snake }
    let found: Found?
    switch site.node.op {
    case is Multiply, is Divide:
      found = site.activation ?? site.softmax ?? site.norm ?? site.scaledNorm ?? site.gated
    case is MatMul:
      if let attention = site.headAttention { return attention.replacement }
      if let product = site.weightProduct { return product }
      found = site.matrixProduct
    case is Attention: return site.groupedAttention
    case is Rotate: found = site.positionalRotation
    case is Concat: return site.rotation
    case is Where: found = site.hiddenRows
    case is Add:
      if let rotation = site.rotation { return rotation }
      found = site.biased
    default: found = nil
    }
    guard let found, let type = try? found.op.infer(found.inputs.map { site.graph[$0].type }),
      type == site.node.type
    else { return nil }
    return .with(found.op, found.inputs)
  }
}

/// An op over values of the old graph.
struct Found {
  let op: any Op
  let inputs: [Value]

  init(_ op: any Op, _ inputs: Value...) { (self.op, self.inputs) = (op, inputs) }
  init(_ op: any Op, _ inputs: [Value]) { (self.op, self.inputs) = (op, inputs) }
}
