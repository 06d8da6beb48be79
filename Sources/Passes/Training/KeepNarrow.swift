import Graphs
import Operators
import Tensors

extension Pass {
  /// Keeps what the gradients read of the way to the loss as `bf16`, so that half of it waits in memory.
  ///
  ///     %h = gelu(%x); …; %loss; … gelu_gradient(%x, %u)
  ///     ->  %x.kept = cast(%x) element=bf16; %h = gelu(%x); …; %loss; … gelu_gradient(cast(%x.kept), %u)
  ///
  /// A narrow product takes it as it is. The loss itself stays what it was. Inputs, parameters, what depends on
  /// parameters only, and what has few elements are read as before, and so is all of a graph without gradients.
  package static let keepNarrow = Pass("keep-narrow", "keep what gradients read as bf16") {
    (graph) throws(Diagnostic) in
    guard let loss = graph.outputs.first, graph.outputs.dropFirst().contains(where: { $0.isGradient }) else {
      return graph
    }
    var keeping = try Keeping(graph, loss: loss.value)
    return try keeping.kept()
  }
}

/// The rewrite of a graph whose nodes behind the loss are its gradients.
private struct Keeping {
  private let graph: Graph
  private let loss: Value
  private let varies: [Bool]
  private var rebuild: Rebuild
  /// What stands narrow in the new graph for a value of the old one, and that made wide again.
  private var narrow: [Value: Value] = [:]
  private var wide: [Value: Value] = [:]

  /// What has fewer elements stays as it is.
  private static let few = 1 << 10

  init(_ graph: Graph, loss: Value) throws(Diagnostic) {
    (self.graph, self.loss) = (graph, loss)
    varies = graph.depending(on: Set(graph.inputs))
    rebuild = try Rebuild(graph)
  }

  mutating func kept() throws(Diagnostic) -> Graph {
    let read = valuesReadBehindTheLoss()
    for value in graph.allValues where !(graph[value].op is Input) {
      if value.index <= loss.index {
        try rebuild.copy(value)
        if read.contains(value) { try keep(value) }
      } else {
        try copyReadingNarrow(value)
      }
    }
    return try rebuild.finished().removingDead()
  }

  private func valuesReadBehindTheLoss() -> Set<Value> {
    var read: Set<Value> = []
    for value in graph.allValues where value.index > loss.index {
      for input in graph[value].inputs where input.index < loss.index && isLarge(input) {
        read.insert(source(of: input))
      }
    }
    return read
  }

  /// Whether a step computes `value`, and enough of it.
  private func isLarge(_ value: Value) -> Bool {
    let node = graph[source(of: value)]
    return varies[Int(value.index)] && !(node.op is Input) && !(node.op is Cast) && node.type.element == .f32
      && node.type.count ?? .max >= Self.few
  }

  /// What `value` holds the elements of, in the same order.
  private func source(of value: Value) -> Value {
    var value = value
    while graph[value].op is Reshape { value = graph[value].inputs[0] }
    return value
  }

  private mutating func keep(_ value: Value) throws(Diagnostic) {
    let name = Name("\(graph[value].name).kept")
    narrow[value] = try rebuild.graph.add(Cast(element: .bf16), [rebuild.new(value)], name: name)
  }

  private mutating func copyReadingNarrow(_ value: Value) throws(Diagnostic) {
    let node = graph[value]
    var operands: [Value] = []
    for (place, input) in node.inputs.enumerated() {
      operands.append(try operand(input, isNarrow: node.op is NarrowMatMul && place == 1))
    }
    rebuild.set(value, to: try rebuild.graph.add(node.op, operands, name: node.name))
  }

  /// What a gradient reads for `input`.
  private mutating func operand(_ input: Value, isNarrow: Bool) throws(Diagnostic) -> Value {
    let source = source(of: input)
    guard let kept = narrow[source] else { return try rebuild.new(input) }
    let value = isNarrow ? kept : try widened(source, kept)
    return try rebuild.graph.reshape(value, graph[input].type.dims)
  }

  private mutating func widened(_ source: Value, _ kept: Value) throws(Diagnostic) -> Value {
    if let known = wide[source] { return known }
    let name = Name("\(graph[source].name).read")
    let value = try rebuild.graph.add(Cast(element: .f32), [kept], name: name)
    wide[source] = value
    return value
  }
}

extension Output {
  var isGradient: Bool { name.text.hasPrefix("gradient.") }
}
