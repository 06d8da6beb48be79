import Graphs
import Operators
import Tensors

extension Site {
  /// `snake` where this sum is one of x and `sin²(x · frequency) · depth`, both factors being weights.
  ///
  /// Exporters keep `e^alpha` and `1 / (e^beta + 1e-9)` or have computed them: then their logarithms, which the
  /// prologue takes once, stand for alpha and beta.
  var snake: Replacement? {
    guard node.op is Add, node.type.rank == 3, let channels = node.type.dims[1].fixed else { return nil }
    for (x, wave) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] {
      guard graph[x].type == node.type, graph[wave].op is Multiply else { continue }
      let factors = graph[wave].inputs
      for (square, depth) in [(factors[0], factors[1]), (factors[1], factors[0])] {
        guard let sine = graph.squareRoot(of: square), graph[sine].op is Sin,
          let frequency = graph.factor(of: graph[sine].inputs[0], besides: x),
          graph.isColumn(frequency, channels), graph.isColumn(depth, channels)
        else { continue }
        return snake(x, frequency: frequency, depth: depth, channels)
      }
    }
    return nil
  }

  private func snake(_ x: Value, frequency: Value, depth: Value, _ channels: Int) -> Replacement {
    let (alpha, beta) = (graph.logarithm(of: frequency), graph.logarithm(ofDepth: depth))
    return .building { (rebuild, name) throws(Diagnostic) in
      let a: Value
      if let alpha { a = try rebuild.new(alpha) } else { a = try rebuild.graph.log(rebuild.new(frequency)) }
      let b: Value
      if let beta {
        b = try rebuild.new(beta)
      } else {
        let whole = try rebuild.graph.reciprocal(rebuild.new(depth))
        b = try rebuild.graph.log(rebuild.graph.add(whole, plus: -Snake.floor))
      }
      let row = [Dim(channels)]
      let rows = [try rebuild.graph.reshape(a, row), try rebuild.graph.reshape(b, row)]
      return try rebuild.graph.add(Snake(), [try rebuild.new(x)] + rows, name: name)
    }
  }
}

extension Snake {
  /// What is added to `e^beta`.
  fileprivate static let floor = 1e-9
}

extension Graph {
  /// The other factor where `value` is a product with `x`.
  fileprivate func factor(of value: Value, besides x: Value) -> Value? {
    let node = self[value]
    guard node.op is Multiply, node.inputs.contains(x) else { return nil }
    return node.inputs[0] == x ? node.inputs[1] : node.inputs[0]
  }

  /// Whether `value` is a weight of one element a channel, `[C, 1]` or `[1, C, 1]`.
  fileprivate func isColumn(_ value: Value, _ channels: Int) -> Bool {
    let dims = self[value].type.dims
    guard dims == [Dim(channels), 1] || dims == [1, Dim(channels), 1] else { return false }
    let reached = reaching([value])
    return allValues.allSatisfy { !reached[Int($0.index)] || !(self[$0].op is Input) }
  }

  /// a where `value` is `e^a`.
  fileprivate func logarithm(of value: Value) -> Value? {
    let node = self[value]
    if node.op is Reshape { return logarithm(of: node.inputs[0]) }
    return node.op is Exp ? node.inputs[0] : nil
  }

  /// b where `value` is `1 / (e^b + 1e-9)`.
  fileprivate func logarithm(ofDepth value: Value) -> Value? {
    let node = self[value]
    if node.op is Reshape { return logarithm(ofDepth: node.inputs[0]) }
    let whole: Value
    if node.op is Reciprocal {
      whole = node.inputs[0]
    } else if node.op is Divide, scalar(node.inputs[0]) == 1 {
      whole = node.inputs[1]
    } else {
      return nil
    }
    guard let (rest, number) = shifted(whole), Float(number) == Float(Snake.floor) else { return nil }
    return logarithm(of: rest)
  }
}
