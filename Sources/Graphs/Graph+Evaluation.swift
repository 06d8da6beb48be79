package import Tensors

extension Graph {
  /// The reference results on `inputs`, by output name; every node is computed in `Double` and rounded.
  ///
  /// Named lengths are read off the inputs. Throws iff an input is missing, unknown or of another type, a
  /// parameter cannot be had or has another type, or a node cannot be evaluated.
  package func evaluate(
    _ inputs: [Name: Tensor], parameter: (Name) throws(Diagnostic) -> Tensor
  ) throws(Diagnostic) -> [Name: Tensor] {
    let bound = try binding(lengths(of: inputs.mapValues(\.type)))
    var uses = bound.useCounts()
    for (index, node) in bound.nodes.enumerated() where uses[index] > 0 && isTooLarge(node) {
      throw Diagnostic.tooLarge(node.type).located(at: "\(node.name.sigil) in @\(name)")
    }
    var results: [Tensor?] = Array(repeating: nil, count: nodes.count)
    for (index, node) in bound.nodes.enumerated() where uses[index] > 0 {
      var operands: [Tensor] = []
      for input in node.inputs {
        let place = Int(input.index)
        guard let operand = results[place] else { throw .unevaluated(bound[input].name) }
        operands.append(operand)
        uses[place] -= 1
        if uses[place] == 0 { results[place] = nil }
      }
      do {
        results[index] = try bound.result(of: node, operands, inputs, parameter)
      } catch {
        throw error.located(at: "\(node.name.sigil) in @\(name)")
      }
    }
    var outputs: [Name: Tensor] = [:]
    for output in bound.outputs { outputs[output.name] = results[Int(output.value.index)] }
    return outputs
  }

  private func result(
    of node: Node, _ operands: [Tensor], _ inputs: [Name: Tensor],
    _ parameter: (Name) throws(Diagnostic) -> Tensor
  ) throws(Diagnostic) -> Tensor {
    switch node.op {
    case is Input:
      guard let tensor = inputs[node.name] else { throw .missingInput(node.name, node.type) }
      return tensor
    case let op as Parameter:
      let tensor = try parameter(op.path)
      guard tensor.shape == node.type.shape else { throw .wrongParameter(op, tensor.type) }
      return tensor.type == node.type ? tensor : try Tensor(reals: tensor.reals(), as: node.type)
    default: return try node.op.evaluate(operands, as: node.type)
    }
  }

  /// The most elements that a node may give to be evaluated.
  private static let evaluated = 1 << 28

  private func isTooLarge(_ node: Node) -> Bool {
    if node.op is Input || node.op is Parameter || node.type.shape == nil { return false }
    return (node.type.count ?? .max) > Graph.evaluated
  }

  /// How often each value is read, an output counting as one use.
  package func useCounts() -> [Int] {
    var uses = Array(repeating: 0, count: nodes.count)
    for node in nodes { for input in node.inputs { uses[Int(input.index)] += 1 } }
    for output in outputs { uses[Int(output.value.index)] += 1 }
    return uses
  }
}

extension Graph {
  /// The lengths of the named dims under which the graph's inputs have the given types.
  ///
  /// Throws iff an input is missing, unknown or does not fit, or two inputs disagree about a length.
  package func lengths(of types: [Name: TensorType]) throws(Diagnostic) -> [String: Int] {
    var lengths: [String: Int] = [:]
    var composed: [(dim: Dim, length: Int, node: Node, given: TensorType)] = []
    for value in inputs {
      let node = self[value]
      guard let given = types[node.name] else { throw .missingInput(node.name, node.type) }
      guard given.element == node.type.element, given.rank == node.type.rank else {
        throw .wrongInput(node.name, given, node.type)
      }
      for (dim, length) in zip(node.type.dims, given.dims) {
        guard let length = length.fixed else { throw .wrongInput(node.name, given, node.type) }
        if let (name, solved) = dim.solving(for: length) {
          guard lengths[name] ?? solved == solved else {
            throw .disagreement(name, lengths[name] ?? 0, solved, node.name)
          }
          lengths[name] = solved
        } else {
          composed.append((dim, length, node, given))
        }
      }
    }
    for (dim, length, node, given) in composed where dim.binding(lengths)?.fixed != length {
      throw .wrongInput(node.name, given, node.type)
    }
    let known = Set(inputs.map { self[$0].name })
    if let stray = types.keys.filter({ !known.contains($0) }).min() {
      throw .strayInput(stray, known.sorted())
    }
    return lengths
  }

  /// The same graph with named lengths replaced everywhere, every type inferred anew.
  ///
  /// Throws iff a node does not apply at these lengths.
  package func binding(_ lengths: [String: Int]) throws(Diagnostic) -> Graph {
    guard !lengths.isEmpty else { return self }
    return try mapping { node throws(Diagnostic) in try node.op.binding(lengths) }
  }

  /// The same graph with each op replaced by what `op` gives for its node; types are inferred anew.
  package func mapping(_ op: (Node) throws(Diagnostic) -> any Op) throws(Diagnostic) -> Graph {
    var graph = Graph(name: name)
    var values: [Value] = []
    for node in nodes {
      let inputs = node.inputs.map { values[Int($0.index)] }
      values.append(try graph.add(try op(node), inputs, name: node.name))
    }
    graph.outputs = outputs.map { Output($0.name, values[Int($0.value.index)]) }
    return graph
  }
}

extension Diagnostic {
  fileprivate static func tooLarge(_ type: TensorType) -> Diagnostic {
    Diagnostic("\(type) holds more elements than the reference evaluation takes", kind: .unavailable)
  }
  fileprivate static func unevaluated(_ name: Name) -> Diagnostic {
    Diagnostic("\(name.sigil) is read before it is computed", kind: .software)
  }
  fileprivate static func missingInput(_ name: Name, _ type: TensorType) -> Diagnostic {
    Diagnostic("input \(name) is missing", help: "give it as \(type)")
  }
  fileprivate static func strayInput(_ name: Name, _ known: [Name]) -> Diagnostic {
    Diagnostic(
      "there is no input \(name)",
      help: "the inputs are \(known.map(\.text).joined(separator: ", "))")
  }
  fileprivate static func wrongInput(_ name: Name, _ given: TensorType, _ type: TensorType) -> Diagnostic {
    Diagnostic("input \(name) is \(given), but the graph takes \(type)")
  }
  fileprivate static func disagreement(_ dim: String, _ a: Int, _ b: Int, _ name: Name) -> Diagnostic {
    Diagnostic("input \(name) makes \(dim) = \(b), but another input makes it \(a)")
  }
  fileprivate static func wrongParameter(_ op: Parameter, _ type: TensorType) -> Diagnostic {
    Diagnostic("parameter \"\(op.path)\" is \(type) in the checkpoint, but the graph takes \(op.type)")
  }
}
