import Graphs
import Operators
import Tensors

extension Site {
  /// x where this is `x·1`, `x/1`, `x + 0` or `x - 0`.
  var withoutNeutral: Simpler? {
    let neutral: Double = node.op is Multiply || node.op is Divide ? 1 : 0
    let commutes = node.op is Multiply || node.op is Add
    for (x, other) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] {
      if graph.scalar(other) == neutral, graph[x].type == node.type { return .value(x) }
      guard commutes else { break }
    }
    return nil
  }

  /// 1 where this is `x/x` for whole numbers x that are 1 or more, such as a length.
  var withoutRatio: Simpler? {
    guard node.op is Divide, inputs[0] == inputs[1], let least = graph.least(inputs[0]), least >= 1 else {
      return nil
    }
    return .op(Constant([1], node.type), [])
  }

  /// This op on operands that broadcast by themselves, where some are broadcast or given axes of length 1 in
  /// front before.
  var withoutBroadcasts: Simpler? {
    var sources = inputs
    for (place, input) in inputs.enumerated() {
      let source = graph.narrow(input)
      guard source != input else { continue }
      var tried = sources
      tried[place] = source
      if let type = try? node.op.infer(tried.map({ graph[$0].type })), type == node.type { sources = tried }
    }
    return sources == inputs ? nil : .op(node.op, sources)
  }
}

extension Graph {
  /// What `value` is a broadcast of, or has axes of length 1 in front of.
  fileprivate func narrow(_ value: Value) -> Value {
    guard let source = self[value].inputs.first else { return value }
    if self[value].op is Broadcast { return source }
    guard self[value].op is Reshape else { return value }
    let (dims, wider) = (self[source].type.dims, self[value].type.dims)
    let extra = wider.count - dims.count
    return extra > 0 && wider.prefix(extra).allSatisfy({ $0 == 1 }) && wider.dropFirst(extra) == dims[...]
      ? source : value
  }
}
