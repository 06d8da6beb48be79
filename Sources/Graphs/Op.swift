package import Tensors

/// What a node computes. The stored properties are the attributes: a small coder turns them into text and
/// back, so no second list of their names exists.
///
/// Adding an op is one file in `Operators`, one line in its catalogue and one case file.
package protocol Op: Codable, Hashable, Sendable {
  /// The op's name in graph text, in snake_case.
  static var name: String { get }

  /// The type of the result. Throws iff the op does not apply to `inputs`; dims may be named.
  func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType

  /// The result on fixed values, computed in `Double` (or `Int64`) and rounded on write.
  ///
  /// `type` is what `infer` gave for the inputs' types. Written to be read, not to be fast.
  func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor

  /// Appends the gradient nodes to `g` and returns one value an input: the gradient of the loss with respect
  /// to it, `nil` where `site` does not want it or it is zero. A gradient may have the result's shape where
  /// the op broadcasts: the driver sums it down to the input's.
  func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?]

  /// Arithmetic work on fixed types. Without a word of its own an op counts one operation an element of its
  /// result: one that sums over more, as products do, has to say so.
  func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost

  /// The inputs whose memory the result may take over, element for element.
  static var mayOverwrite: [Int] { get }

  /// The operand whose bytes the result is, for fixed types; `nil` iff the result is computed.
  func view(_ inputs: [TensorType], _ output: TensorType) -> View?
}

/// An op that is short for several others. Shape, reference result, gradient and cost follow from `expand`,
/// so a fusion can never change meaning; a kernel may replace it.
package protocol CompositeOp: Op {
  /// Appends the meaning in simpler ops to `g` and returns its result.
  func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value

  /// As `gradient`, in fewer or cheaper nodes than the gradient of the expansion; `nil` iff there is none.
  func fusedGradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?]?
}

/// Where a gradient is asked for.
package struct GradientSite: Sendable {
  package let inputs: [Value]
  package let output: Value
  /// The gradient of the loss with respect to `output`, of the same type.
  package let upstream: Value
  /// For each input whether its gradient is needed.
  package let wanted: [Bool]

  package init(inputs: [Value], output: Value, upstream: Value, wanted: [Bool]) {
    (self.inputs, self.output, self.upstream, self.wanted) = (inputs, output, upstream, wanted)
  }
}

extension Op {
  package static var mayOverwrite: [Int] { [] }

  package func view(_ inputs: [TensorType], _ output: TensorType) -> View? { nil }

  /// One operation an element of the result.
  package func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost {
    .touching(inputs, output, flops: Double(output.count ?? 0))
  }

  package func isEqual(to other: any Op) -> Bool { (other as? Self) == self }

  package var name: String { Self.name }
}

extension CompositeOp {
  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    let (graph, result) = try expansion(over: inputs)
    return graph[result].type
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    var (graph, result) = try expansion(over: inputs.map(\.type))
    graph.outputs = [Output("result", result)]
    let named = zip(graph.inputs, inputs).map { (graph[$0].name, $1) }
    let results = try graph.evaluate(Dictionary(named) { first, _ in first }) { path throws(Diagnostic) in
      throw Diagnostic.parameterInComposite(Self.name, path)
    }
    guard let tensor = results["result"] else { throw .parameterInComposite(Self.name, "result") }
    return tensor
  }

  package func fusedGradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?]? { nil }

  /// Never asked: the driver takes the fused gradient or differentiates the expansion.
  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    site.inputs.map { _ in nil }
  }

  package func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost {
    var cost = Cost.touching(inputs, output, flops: 0)
    guard let (graph, result) = try? expansion(over: inputs) else { return cost }
    var isNeeded = Array(repeating: false, count: graph.nodes.count)
    isNeeded[Int(result.index)] = true
    for (index, node) in graph.nodes.enumerated().reversed() where isNeeded[index] {
      for input in node.inputs { isNeeded[Int(input.index)] = true }
      let part = node.op.cost(node.inputs.map { graph[$0].type }, node.type)
      (cost.flops, cost.narrowFlops) = (cost.flops + part.flops, cost.narrowFlops + part.narrowFlops)
    }
    return cost
  }

  /// A graph of the expansion alone, over inputs of the given types.
  package func expansion(over inputs: [TensorType]) throws(Diagnostic) -> (graph: Graph, result: Value) {
    var graph = Graph(name: Self.name)
    var values: [Value] = []
    for (index, type) in inputs.enumerated() {
      values.append(try graph.input("x\(index)", type))
    }
    let result = try expand(values, in: &graph)
    return (graph, result)
  }
}

extension Diagnostic {
  fileprivate static func parameterInComposite(_ op: String, _ path: Name) -> Diagnostic {
    Diagnostic(
      "the expansion of \(op) asks for parameter \(path), but a composite op owns none", kind: .software)
  }
}
