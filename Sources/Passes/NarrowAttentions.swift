import Graphs
import Operators
import Tensors

extension Pass {
  /// Computes attention with queries, keys and values rounded to `bf16`, behind their rotations; scores, softmax
  /// and sums stay as wide as they are.
  ///
  ///     rotary_attention(q, k, v)  ->  narrow_attention(rope(q), rope(k), v) element=bf16
  ///
  /// A graph that has gradients stays as it is: they are those of the wide attention.
  package static let narrowAttention = Pass(
    "narrow-attention", "round queries, keys and values of attention to bf16"
  ) { (graph) throws(Diagnostic) in
    guard !graph.outputs.contains(where: \.isGradient) else { return graph }
    var rebuild = try Rebuild(graph)
    try rebuild.walk { (rebuild, value) throws(Diagnostic) in
      let node = graph[value]
      guard node.op.isAttention, graph[node.inputs[0]].type.element == .f32 else { return false }
      var operands = try rebuild.new(node.inputs)
      let attention: Attention
      switch node.op {
      case let op as RotaryAttention:
        attention = op.attention
        operands[0] = try rebuild.turned(operands[0], by: op.queryRotation, node.name, "q")
        operands[1] = try rebuild.turned(operands[1], by: op.keyRotation, node.name, "k")
      case let op as AxialRotaryAttention:
        attention = op.attention
        operands[0] = try rebuild.turned(operands[0], by: op.rotation, node.name, "q")
        operands[1] = try rebuild.turned(operands[1], by: op.rotation, node.name, "k")
      case let op as Attention: attention = op
      default: return false
      }
      let op = NarrowAttention(attention, element: .bf16)
      rebuild.set(value, to: try rebuild.graph.add(op, operands, name: node.name))
      return true
    }
    return try rebuild.finished()
  }
}

extension Rebuild {
  fileprivate mutating func turned(_ value: Value, by rotation: any Op, _ name: Name, _ part: String)
    throws(Diagnostic) -> Value
  {
    try graph.add(rotation, [value], name: Name("\(name).\(part)"))
  }
}
