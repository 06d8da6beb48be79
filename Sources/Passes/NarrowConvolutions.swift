import Graphs
import Operators
import Tensors

extension Pass {
  /// Computes convolutions over one axis of space with x and the weights rounded to `bf16`; sums and everything
  /// else stay as wide as they are.
  ///
  ///     conv(%x, %w, %b)  ->  conv(cast(cast(%x) element=bf16) element=f32, cast(cast(%w) element=bf16) element=f32, %b)
  ///
  /// A graph that has gradients stays as it is, and so does what is rounded already.
  package static let narrowConvolutions = Pass(
    "narrow-convolutions", "round the operands of convolutions to bf16"
  ) { (graph) throws(Diagnostic) in
    guard !graph.outputs.contains(where: \.isGradient) else { return graph }
    var rounded: [Value: Value] = [:]
    var rebuild = try Rebuild(graph)
    try rebuild.walk { (rebuild, value) throws(Diagnostic) in
      let node = graph[value]
      guard node.op is Conv || node.op is ConvTranspose, graph[node.inputs[0]].type.rank == 3,
        node.inputs.prefix(2).allSatisfy({ graph[$0].type.element == .f32 && !graph.isRounded($0) })
      else { return false }
      var operands = try rebuild.new(node.inputs)
      for (place, input) in node.inputs.prefix(2).enumerated() {
        if rounded[input] == nil {
          rounded[input] = try rebuild.rounded(operands[place], graph[input].name)
        }
        operands[place] = rounded[input] ?? operands[place]
      }
      rebuild.set(value, to: try rebuild.graph.add(node.op, operands, name: node.name))
      return true
    }
    return try rebuild.finished()
  }
}

extension Graph {
  fileprivate func isRounded(_ value: Value) -> Bool {
    self[value].op is Cast && self[self[value].inputs[0]].type.element == .bf16
  }
}

extension Rebuild {
  fileprivate mutating func rounded(_ value: Value, _ name: Name) throws(Diagnostic) -> Value {
    let narrow = try graph.add(Cast(element: .bf16), [value], name: Name("\(name).bf16"))
    return try graph.add(Cast(element: .f32), [narrow], name: Name("\(name).rounded"))
  }
}
