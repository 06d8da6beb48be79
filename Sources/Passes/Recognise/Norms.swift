import Graphs
import Operators
import Tensors

extension Site {
  /// `layer_norm` or `rms_norm`, with or without a scale, where this product is one.
  var norm: Found? {
    for root in rootsBelow {
      guard let (power, eps) = graph.shifted(graph[root].inputs[0]), let squares = graph.meanOfRows(power),
        let x = graph.squareRoot(of: squares), let rest = factors(beside: x, over: root), rest.count <= 1,
        rest.allSatisfy({ graph.isRow($0, of: x) })
      else { continue }
      if let whole = centred(x) { return Found(LayerNorm(eps: eps.shortest), [whole] + rest) }
      return Found(RMSNorm(eps: eps.shortest), [x] + rest)
    }
    return nil
  }

  /// A norm without a scale times a row.
  var scaledNorm: Found? {
    guard match(Multiply.self) != nil else { return nil }
    for (place, row) in [(0, inputs[1]), (1, inputs[0])] where graph.isRow(row, of: value) {
      if let norm = sole(LayerNorm.self, at: place), norm.inputs.count == 1 {
        return Found(norm.op, [norm.inputs[0], row])
      }
      if let norm = sole(RMSNorm.self, at: place), norm.inputs.count == 1 {
        return Found(norm.op, [norm.inputs[0], row])
      }
    }
    return nil
  }

  /// x where `value` is `x - mean(x)` over the last axis.
  private func centred(_ value: Value) -> Value? {
    guard graph[value].op is Subtract else { return nil }
    let (x, mean) = (graph[value].inputs[0], graph[value].inputs[1])
    return graph.meanOfRows(mean) == x ? x : nil
  }
}

extension Graph {
  /// Whether `value` is one number for each feature of `x`.
  func isRow(_ value: Value, of x: Value) -> Bool {
    guard let features = self[x].type.dims.last else { return false }
    return self[value].type.dims == [features]
  }
}
