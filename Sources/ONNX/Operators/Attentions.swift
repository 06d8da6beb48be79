import Graphs
import Operators
import Tensors

extension Operator {
  /// Attention as versions 23 and later of the default domain know it.
  static let attentions: [Operator] = [
    Operator("Attention", since: 23) { (call) throws(Diagnostic) in
      let form = try AttentionForm(call)
      if let plain = try call.plainAttention(form) { return [plain] }
      return try call.attentionInSteps(form)
    }
  ]
}

/// The heads of an attention node.
private struct AttentionForm {
  let heads: Int
  let kvHeads: Int
  /// Whether the operands are given as `[B, N, heads·D]`, not as `[B, heads, N, D]`.
  let isMerged: Bool
  let scale: Double

  /// Throws iff the node does not say how many heads there are.
  init(_ call: Call) throws(Diagnostic) {
    let (q, k) = (try call.type(of: 0), try call.type(of: 1))
    let ranks = [q.rank, k.rank, try call.type(of: 2).rank]
    guard ranks == [3, 3, 3] || ranks == [4, 4, 4] else { throw call.refusal("takes axes of no known order") }
    isMerged = q.rank == 3
    let heads = isMerged ? try call.integer("q_num_heads") : q.dims[1].fixed
    let kvHeads = isMerged ? try call.integer("kv_num_heads") : k.dims[1].fixed
    guard let heads, let kvHeads, kvHeads > 0, heads > 0, heads.isMultiple(of: kvHeads) else {
      throw call.refusal("does not say how many heads it has")
    }
    (self.heads, self.kvHeads) = (heads, kvHeads)
    guard let features = q.dims.last?.fixed, features >= (isMerged ? heads : 1) else {
      throw call.refusal("has queries \(q)")
    }
    let size = isMerged ? features / heads : features
    scale = try call.decimal("scale", default: 1 / Double(size).squareRoot())
  }
}

// MARK: as one op

extension Call {
  /// The op `attention` where that is all the node says, otherwise `nil`: a mask may hide keys, but nothing
  /// else is asked of the scores.
  fileprivate func plainAttention(_ form: AttentionForm) throws(Diagnostic) -> Value? {
    guard try real("softcap", default: 0) == 0, !has("softmax_precision"), try !flag("is_causal"),
      try window == nil,
      !(1...3).contains(where: wants), optional(4) == nil, optional(5) == nil, optional(6) == nil,
      try type(of: 0).element.bits >= 32
    else { return nil }
    let keys = try type(of: 1).dims[form.isMerged ? 1 : 2]
    let bias = try optional(3).map { (mask) throws(Diagnostic) in try additive(mask, keys: keys) }
    var tokens: [Value] = []
    for index in 0..<3 { tokens.append(try form.isMerged ? input(index) : merged(input(index))) }
    let op = Attention(heads: form.heads, kvHeads: form.kvHeads, scale: form.scale)
    let mixed = try g.add(op, tokens + (bias.map { [$0] } ?? []))
    return form.isMerged ? mixed : try split(mixed, form.heads)
  }

  /// What a mask adds to the scores: -∞ where a truth value hides a key, and for keys it does not reach.
  fileprivate func additive(_ mask: Value, keys: Dim) throws(Diagnostic) -> Value {
    let like = try input(0)
    var bias = mask
    if type(mask).element == .bool {
      bias = try g.where(mask, g.constant(0, like: like), g.constant(-.infinity, like: like))
    }
    guard let last = type(bias).dims.last, last != keys else { return bias }
    guard let missing = keys - last else { throw refusal("has a mask \(type(mask)) for \(keys) keys") }
    let hidden = try g.broadcast(g.constant(-.infinity, like: bias), type(bias).dims.dropLast() + [missing])
    return try g.concat([bias, hidden], axis: -1)
  }

  /// The reach of the window before and behind a query; `nil` iff it is not bounded.
  fileprivate var window: (before: Int, behind: Int)? {
    get throws(Diagnostic) {
      let window = (
        try integer("left_window_size", default: -1), try integer("right_window_size", default: -1)
      )
      return window.0 < 0 && window.1 < 0 ? nil : window
    }
  }
}

// MARK: step by step

extension Call {
  /// The mixed values, the keys and values with those of the past, and the scores at the stage asked for.
  fileprivate func attentionInSteps(_ form: AttentionForm) throws(Diagnostic) -> [Value?] {
    func heads(_ index: Int, _ count: Int) throws(Diagnostic) -> Value {
      form.isMerged ? try split(input(index), count) : try input(index)
    }
    let queries = try heads(0, form.heads)
    var (keys, values) = (try heads(1, form.kvHeads), try heads(2, form.kvHeads))
    let past = optional(4)
    if let past { keys = try g.concat([past, keys], axis: 2) }
    if let past = optional(5) { values = try g.concat([past, values], axis: 2) }
    let (element, rows, columns) = (type(queries).element, type(queries).dims[2], type(keys).dims[2])
    // Either operand is scaled by the root, so that the product does not overflow in short floats.
    let root = form.scale.squareRoot()
    let turned = try g.transposeMatrix(repeated(keys, form))
    let products = try g.matmul(g.multiply(queries, by: root), g.multiply(turned, by: root))
    let cap = try real("softcap", default: 0)
    let capped =
      cap > 0
      ? try g.multiply(g.tanh(g.divide(products, g.constant(cap, like: products))), by: cap) : products
    let start = past.map { type($0).dims[2] } ?? 0
    var biased = capped
    if let bias = try bias(rows, columns, from: start) { biased = try g.add(capped, bias) }
    let precise = try self.element("softmax_precision") ?? element
    let shares = try g.cast(g.add(Softmax(), [g.cast(biased, to: precise)]), to: element)
    var mixed = try g.matmul(shares, repeated(values, form))
    if form.isMerged { mixed = try merged(mixed) }
    let stages = [products, capped, biased, shares]
    let stage = try integer("qk_matmul_output_mode", default: 0)
    guard stages.indices.contains(stage) else { throw refusal("outputs the scores at stage \(stage)") }
    return [mixed, keys, values, stages[stage]]
  }

  /// Keys or values, each head once for every query head that reads it.
  private func repeated(_ x: Value, _ form: AttentionForm) throws(Diagnostic) -> Value {
    guard form.heads > form.kvHeads else { return x }
    let dims = type(x).dims
    let group = try g.reshape(x, [dims[0], dims[1], 1, dims[2], dims[3]])
    let spread = try g.broadcast(
      group, [dims[0], dims[1], Dim(form.heads / form.kvHeads), dims[2], dims[3]])
    return try g.reshape(spread, [dims[0], Dim(form.heads), dims[2], dims[3]])
  }

  /// The sum of everything that hides keys from queries; `nil` iff nothing does.
  ///
  /// Query i stands at place `i + offset` of the keys: the offset is the length of the past, or follows for
  /// each element of the batch from how many keys are no padding (input 6).
  private func bias(_ rows: Dim, _ columns: Dim, from start: Dim) throws(Diagnostic) -> Value? {
    var bias = try optional(3).map { (mask) throws(Diagnostic) in try additive(mask, keys: columns) }
    let filled = try optional(6).map { (lengths) throws(Diagnostic) in
      try g.reshape(lengths, [type(lengths).dims.first ?? 1, 1, 1, 1])
    }
    let keys = try g.reshape(g.iota(columns, .i64), [1, columns])
    var offset = try g.length(of: start, like: keys)
    if let filled { offset = try g.subtract(filled, g.length(of: rows, like: keys)) }
    let places = try g.add(g.reshape(g.iota(rows, .i64), [rows, 1]), offset)
    func hide(_ isHidden: Value) throws(Diagnostic) {
      let like = try input(0)
      let hidden = try g.where(isHidden, g.constant(-.infinity, like: like), g.constant(0, like: like))
      bias = try bias.map { (sum) throws(Diagnostic) in try g.add(sum, hidden) } ?? hidden
    }
    if try flag("is_causal") { try hide(g.less(places, keys)) }
    if let (before, behind) = try window {
      if before >= 0 { try hide(g.less(g.add(keys, g.constant(Double(before), like: keys)), places)) }
      if behind >= 0 { try hide(g.less(g.add(places, g.constant(Double(behind), like: keys)), keys)) }
    }
    if let filled { try hide(atMost(filled, keys)) }
    return bias
  }
}
