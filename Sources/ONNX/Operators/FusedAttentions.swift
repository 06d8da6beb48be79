import Graphs
import Operators
import Tensors

extension Operator {
  /// The attentions of ONNX Runtime's own domain.
  static let fusedAttentions: [Operator] = [
    Operator("MultiHeadAttention", domain: microsoft) { (call) throws(Diagnostic) in
      var tokens: [Value] = []
      for index in 0..<3 { tokens.append(try call.tokens(index)) }
      if let bias = call.optional(3) {
        var start: Dim = 0
        for index in 0..<3 {
          let width = call.type(tokens[index]).dims[2]
          let part = try call.g.slice(bias, axis: 0, start: start, length: width)
          tokens[index] = try call.g.add(tokens[index], part)
          guard let next = start + width else { throw call.refusal("has a bias \(call.type(bias))") }
          start = next
        }
      }
      return try call.attention(tokens, mask: 4, bias: 5, past: (6, 7))
    },
    Operator("Attention", domain: microsoft) { (call) throws(Diagnostic) in
      guard call.optional(4) == nil else { throw call.refusal("has a past") }
      let product = try call.product(call.input(0), call.input(1))
      let projected =
        try call.optional(2).map { (bias) throws(Diagnostic) in
          try call.g.add(product, bias)
        } ?? product
      let width = call.type(projected).dims.last ?? 0
      let sizes = try call.integers("qkv_hidden_sizes")?.map(Dim.fixed)
      let third = width.dividedDown(by: 3) ?? 0
      var tokens: [Value] = []
      var start: Dim = 0
      for length in sizes ?? [third, third, third] {
        tokens.append(try call.g.slice(projected, axis: -1, start: start, length: length))
        guard let next = start + length else { throw call.refusal("has \(width) features") }
        start = next
      }
      guard tokens.count == 3 else { throw call.refusal("has sizes for \(tokens.count) operands") }
      return try call.attention(tokens, mask: 3, bias: 5, past: nil)
    },
  ]
}

extension Call {
  /// Input `index` as `[B, N, heads·D]`; keys and values may be given as `[B, heads, N, D]`.
  fileprivate func tokens(_ index: Int) throws(Diagnostic) -> Value {
    let (x, dims) = (try input(index), try type(of: index).dims)
    guard index > 0, dims.count == 4 else {
      guard dims.count == 3 else { throw refusal("takes packed operands, \(type(x))") }
      return x
    }
    return try merged(x)
  }

  /// The attention over `tokens`, behind the keys and values of the past where inputs hold them, with what hides
  /// keys or is added to the scores.
  fileprivate func attention(_ tokens: [Value], mask: Int, bias: Int, past: (keys: Int, values: Int)?)
    throws(Diagnostic) -> [Value?]
  {
    guard let heads = try integer("num_heads"), heads > 0, let features = type(tokens[0]).dims[2].fixed,
      features.isMultiple(of: heads), features > 0
    else { throw refusal("does not say how many heads it has") }
    var (keys, values) = (tokens[1], tokens[2])
    if let past, let old = optional(past.keys) { keys = try g.concat([merged(old), keys], axis: 1) }
    if let past, let old = optional(past.values) { values = try g.concat([merged(old), values], axis: 1) }
    let scale = try real("scale").flatMap { $0 == 0 ? nil : $0 } ?? 1 / Double(features / heads).squareRoot()
    var sum = optional(bias)
    func add(_ value: Value) throws(Diagnostic) {
      sum = try sum.map { (sum) throws(Diagnostic) in try g.add(sum, value) } ?? value
    }
    if let hidden = try hidden(mask, like: tokens[0], keys: type(keys).dims[1]) { try add(hidden) }
    if try flag("unidirectional") {
      try add(causal(rows: type(tokens[0]).dims[1], columns: type(keys).dims[1], like: tokens[0]))
    }
    let op = Attention(heads: heads, scale: scale)
    let mixed = try g.add(op, [tokens[0], keys, values] + (sum.map { [$0] } ?? []))
    return [mixed, wants(1) ? try split(keys, heads) : nil, wants(2) ? try split(values, heads) : nil]
  }

  /// What input `index` adds to the scores: a number for each key, 0 where it is hidden, or how many keys of each
  /// element of the batch are none.
  private func hidden(_ index: Int, like x: Value, keys: Dim) throws(Diagnostic) -> Value? {
    guard let mask = optional(index) else { return nil }
    let type = type(mask)
    let isVisible: Value
    switch type.rank {
    case 1 where type.dims[0] == self.type(x).dims[0]:
      let places = try g.iota(keys, type.element)
      isVisible = try g.less(places, g.reshape(mask, [type.dims[0], 1, 1, 1]))
    case 2: isVisible = try g.cast(g.reshape(mask, [type.dims[0], 1, 1, type.dims[1]]), to: .bool)
    case 3: isVisible = try g.cast(g.reshape(mask, [type.dims[0], 1] + type.dims[1...]), to: .bool)
    default: throw refusal("has a mask \(type)")
    }
    let number = try g.constant(decimal("mask_filter_value", default: -10000), like: x)
    return try g.where(isVisible, g.constant(0, like: x), number)
  }

  /// -∞ for each key behind the query, the last of both standing at one place.
  private func causal(rows: Dim, columns: Dim, like x: Value) throws(Diagnostic) -> Value {
    let keys = try g.reshape(g.iota(columns, .i64), [1, columns])
    guard let offset = columns - rows else { throw refusal("has no offset from \(rows) to \(columns)") }
    let places = try g.add(g.reshape(g.iota(rows, .i64), [rows, 1]), g.length(of: offset, like: keys))
    return try g.where(
      g.less(places, keys), g.constant(-.infinity, like: x), g.constant(0, like: x))
  }
}
