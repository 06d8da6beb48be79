import Graphs
import Operators
import Tensors

extension Site {
  /// The softmax or attention of which this puts 0 where all of a row is hidden: they give 0 there.
  var hiddenRows: Found? {
    guard graph.scalar(inputs[1]) == 0, let scores = graph.hidden(graph.unmoved(inputs[0])) else {
      return nil
    }
    let y = graph[inputs[2]]
    if let softmax = y.as(Softmax.self), y.inputs == [scores], inputs[0] == graph.unmoved(inputs[0]),
      softmax.axis == -1 || softmax.axis == y.type.rank - 1
    {
      return Found(softmax, scores)
    }
    let mixed = graph[graph.unshaped(inputs[2])]
    guard let attention = mixed.as(Attention.self), mixed.inputs.count == 4,
      graph.wide(mixed.inputs[3]) == graph.wide(scores), y.op is Attention || y.type.rank == 4,
      y.type.dims.prefix(2) == mixed.type.dims.prefix(2), isRow(inputs[0], ofHeads: attention.heads)
    else { return nil }
    return y.op is Attention ? Found(attention, mixed.inputs) : Found(y.op, y.inputs)
  }

  /// Whether `condition`, moved from `[B, heads, N, 1]`, stands for the same rows here.
  private func isRow(_ condition: Value, ofHeads heads: Int) -> Bool {
    let (source, dims) = (graph[graph.unmoved(condition)].type.dims, node.type.dims)
    guard source.count == 4, source[3] == 1 else { return false }
    if dims.count == 3 {
      return source[1] == 1 && graph.unshaped(condition) == graph.unmoved(condition)
        && graph[condition].type.dims == [source[0], source[2], 1]
    }
    guard dims.count == 4, dims[2] == Dim(heads), let transpose = graph[condition].as(Transpose.self) else {
      return false
    }
    return transpose.permutation == [0, 2, 1, 3] && graph[condition].inputs[0] == graph.unmoved(condition)
  }
}

extension Graph {
  /// The scores of which `value` tells for each row whether all of it is -∞.
  fileprivate func hidden(_ value: Value) -> Value? {
    guard self[value].op is Equal else { return nil }
    for (largest, number) in orders(of: value) where scalar(number) == -.infinity {
      guard let max = self[largest].as(Max.self), max.keep else { continue }
      let scores = self[largest].inputs[0]
      if places(max.axes, of: scores) == [self[scores].type.rank - 1] { return scores }
    }
    return nil
  }

  /// What `value` is moved from, through transposes and reshapes.
  fileprivate func unmoved(_ value: Value) -> Value {
    var value = value
    while self[value].op is Reshape || self[value].op is Transpose { value = self[value].inputs[0] }
    return value
  }

  /// What `value` is a broadcast of.
  fileprivate func wide(_ value: Value) -> Value {
    self[value].op is Broadcast ? self[value].inputs[0] : value
  }
}
