import Graphs
import Operators
import Tensors

extension Pass {
  /// Takes out what changes nothing and puts moves one behind the other together, so that a pattern has one
  /// spelling.
  ///
  ///     reshape(reshape(x))                     ->  reshape(x), or x where the dims are those of x
  ///     transpose(transpose(x))                 ->  transpose(x), or x
  ///     reshape(transpose(reshape(x)))          ->  reshape(transpose(x)) where the inner one merges axes of x
  ///     cast, broadcast, slice to what x is     ->  x
  ///     slice(concat(a, b)), concat(slices)     ->  a, or what the slices are of
  ///     x·1, x/1, x + 0, x - 0                  ->  x
  ///     n/n of a length n that is 1 or more     ->  1
  ///     add(broadcast(x), y)                    ->  add(x, y) where it broadcasts by itself
  ///     and(true, x), where(true, x, y)         ->  x
  ///
  /// The numbers stay the same but for the sign of a zero.
  package static let simplify = Pass("simplify", "take out what changes nothing") {
    (graph) throws(Diagnostic) in
    try graph.simplified()
  }
}

extension Graph {
  /// The graph in which nothing is left to simplify.
  func simplified() throws(Diagnostic) -> Graph {
    // What one rule leaves may be simpler still for another.
    try repeating("simplify") { graph throws(Diagnostic) in
      try graph.rewriting { (site) throws(Diagnostic) in site.simpler?.replacement(at: site) }
    }
  }
}

/// What a node is in fewer words.
enum Simpler {
  /// A value that stands already.
  case value(Value)
  /// One op over such values.
  case op(any Op, [Value])
  /// A transpose of such a value, reshaped.
  case turned(Transpose, Value)

  /// `nil` iff the type would be another.
  func replacement(at site: Site) -> Replacement? {
    switch self {
    case .value(let value): return site.graph[value].type == site.node.type ? .value(value) : nil
    case .op(let op, let inputs):
      guard let type = try? op.infer(inputs.map { site.graph[$0].type }), type == site.node.type else {
        return nil
      }
      return .with(op, inputs)
    case .turned(let op, let source):
      let type = site.node.type
      guard let turned = try? op.infer([site.graph[source].type]) else { return nil }
      guard turned != type else { return .with(op, source) }
      let reshape = Reshape(dims: type.dims)
      guard (try? reshape.infer([turned])) == type else { return nil }
      return .building { (rebuild, name) throws(Diagnostic) in
        let transposed = try rebuild.graph.add(op, [rebuild.new(source)])
        return try rebuild.graph.add(reshape, [transposed], name: name)
      }
    }
  }
}

extension Site {
  /// What this node is in fewer words, or `nil` iff no rule knows.
  fileprivate var simpler: Simpler? {
    switch node.op {
    case is Reshape: return simplerReshape
    case let op as Transpose: return simplerTranspose(op)
    case let op as Slice: return simplerSlice(op)
    case let op as Concat: return simplerConcat(op)
    case let op as Gather: return simplerGather(op)
    case is Broadcast: return simplerBroadcast
    case is Cast: return .value(inputs[0]).unless(graph[inputs[0]].type != node.type)
    case let op as Softmax:
      return op.axis == node.type.rank - 1 ? .op(Softmax(axis: -1), inputs) : nil
    case is And, is Where, is Equal: return simplerTruth ?? withoutBroadcasts
    case is Multiply, is Divide, is Add, is Subtract:
      return withoutNeutral ?? withoutRatio ?? withoutBroadcasts
    case is any BroadcastingOp, is any ComparisonOp, is any LogicalOp: return withoutBroadcasts
    default: return nil
    }
  }
}

extension Simpler {
  fileprivate func unless(_ condition: Bool) -> Simpler? { condition ? nil : self }
}
