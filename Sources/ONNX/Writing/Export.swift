import Graphs
import Operators
import Tensors

/// One of our graphs on its way to be one of ONNX's: what wordings append nodes to.
///
/// Values keep their names, parameters become initializers under their paths, and nothing else is an
/// initializer. What depends on constants only is computed here and written as `Constant` nodes. A class, because
/// wordings and expansions call each other; it lives as long as one export.
final class Export {
  let opset: Int
  /// The graph; behind its own nodes those of expanded composites are put.
  private(set) var graph: Graph
  private(set) var proto = GraphProto()
  /// What has been computed once for all, such as lengths.
  var lengths: [Dim: Operand] = [:]
  var vectors: [[Dim]: Operand] = [:]

  /// What nodes of several outputs have given, by the first node of ours that asked.
  var groups: [Expression: [Operand]] = [:]

  private let parameters: [Name: Tensor]
  private var operands: [Value: Operand] = [:]
  private var initializers: [Name: Operand] = [:]
  private var knowledge = Knowledge()
  /// For an expanded node the value that stands for it.
  private var twins: [Value: Value] = [:]
  private var expressions: [Expression: Value] = [:]
  private(set) var taken: Set<Name> = []
  /// Names that are kept for values: those of outputs, and of composites for the last node of the expansion.
  private var wanted: [Value: Name] = [:]
  private var shared: Set<Name> = []
  private var nodeCounts: [String: Int] = [:]

  /// A node of an expansion but for its name: two that are equal are written once.
  struct Expression: Hashable {
    let op: AnyHashable
    let inputs: [Value]
  }

  /// `parameters` holds the tensors at the paths of the graph's parameters.
  init(_ graph: Graph, opset: Int, parameters: [Name: Tensor]) {
    (self.graph, self.opset, self.parameters) = (graph, opset, parameters)
  }

  /// The graph as ONNX's.
  ///
  /// `bound` says what inputs stand for that are not the result's own, and `taken` which names are others'.
  /// Throws iff an op cannot be said in this opset.
  func run(bound: [Value: Operand] = [:], taken: Set<Name> = []) throws(Diagnostic) -> GraphProto {
    proto.name = Name(graph.name)
    (operands, self.taken) = (bound, taken)
    shared = Set(bound.values.map(\.name))
    for value in graph.inputs where bound[value] == nil {
      let node = graph[value]
      let name = self.taken.insert(node.name).inserted ? node.name : fresh(node.name)
      proto.inputs.append(ValueInfoProto(name, TypeProto(node.type)))
      operands[value] = Operand(name, node.type.element)
    }
    for output in graph.outputs where self.taken.insert(output.name).inserted {
      let op = graph[output.value].op
      guard wanted[output.value] == nil, !(op is Input), !(op is Parameter) else { continue }
      wanted[output.value] = output.name
    }
    for value in graph.allValues { try say(value) }
    for output in graph.outputs { try give(output) }
    removeUnread()
    return proto
  }

  /// Names a result.
  private func give(_ output: Output) throws(Diagnostic) {
    let operand = try operand(output.value)
    proto.outputs.append(ValueInfoProto(output.name, TypeProto(graph[output.value].type)))
    guard operand.name != output.name else { return }
    guard !graph.inputs.contains(where: { graph[$0].name == output.name }) else {
      throw .ambiguous(output.name)
    }
    append("Identity", [operand], [], to: [output.name], under: "")
  }
}

// MARK: values

extension Export {
  /// What stands for `value` in the file.
  func operand(_ value: Value) throws(Diagnostic) -> Operand {
    let value = twins[value] ?? value
    if let operand = operands[value] { return operand }
    let node = graph[value]
    let operand: Operand
    if let op = node.op as? Parameter {
      operand = try initializer(op)
    } else if let op = node.op as? Constant, op.values.count == 1, node.type.count != 1 {
      let number = try Tensor(reals: op.values, as: TensorType(node.type.element, [1]))
      let attribute = AttributeProto("value", .tensor(TensorProto("", number)))
      let name = claim(value)
      append("ConstantOfShape", [try vector(node.type.dims)], [attribute], to: [name], under: node.path)
      operand = Operand(name, node.type.element)
    } else if let tensor = known(value) {
      operand = constant(tensor, called: claim(value), under: node.path)
    } else {
      throw .unsaid(node)
    }
    shared.insert(operand.name)
    operands[value] = operand
    return operand
  }

  /// The elements of `value`, iff they follow from constants and are not too many.
  func known(_ value: Value) -> Tensor? {
    try? knowledge.tensor(twins[value] ?? value, in: graph, limit: 1 << 18)
  }

  /// The parameter as the file that holds it has it, cast to the type of the graph.
  private func initializer(_ op: Parameter) throws(Diagnostic) -> Operand {
    if let operand = initializers[op.path] { return operand }
    guard let tensor = parameters[op.path] else { throw .noParameter(op.path) }
    guard tensor.type.dims == op.type.dims else { throw .wrongParameter(op, tensor.type) }
    let name = taken.insert(op.path).inserted ? op.path : fresh(op.path)
    proto.initializers.append(TensorProto(name, tensor))
    let stored = Operand(name, tensor.type.element)
    shared.insert(name)
    let operand = try Phrase(self, path: op.path, name: op.path).cast(stored, to: op.type.element)
    initializers[op.path] = operand
    return operand
  }

  /// A node that holds `tensor`.
  func constant(_ tensor: Tensor, called name: Name, under path: Name) -> Operand {
    let attribute = AttributeProto("value", .tensor(TensorProto("", tensor)))
    append("Constant", [], [attribute], to: [name], under: path)
    shared.insert(name)
    return Operand(name, tensor.type.element)
  }
}

// MARK: nodes

extension Export {
  /// Appends what the node of `value` means.
  private func say(_ value: Value) throws(Diagnostic) {
    let node = graph[value]
    guard !(node.op is any LeafOp), known(value) == nil else { return }
    do throws(Diagnostic) {
      let before = proto.nodes.count
      let wording = WordingCatalog.all[node.op.name]
      if let result = try wording?.say(node.op, Phrase(self, value)) {
        settle(value, result, from: before)
      } else if let op = node.op as? any CompositeOp {
        try expand(op, value)
      } else {
        throw .unworded(node, opset)
      }
    } catch {
      throw error.located(at: "\(node.name.sigil) in @\(graph.name)")
    }
  }

  /// Takes `result` for `value`, under the name of the value iff the nodes from number `first` on made it for
  /// nobody else.
  private func settle(_ value: Value, _ result: Operand, from first: Int) {
    let new = proto.nodes.indices.dropFirst(first)
    guard !shared.contains(result.name), new.contains(where: { proto.nodes[$0].outputs == [result.name] })
    else {
      operands[value] = result
      return
    }
    let name = claim(value)
    for index in new {
      proto.nodes[index].inputs = proto.nodes[index].inputs.map { $0 == result.name ? name : $0 }
      proto.nodes[index].outputs = proto.nodes[index].outputs.map { $0 == result.name ? name : $0 }
    }
    operands[value] = Operand(name, result.element)
    shared.insert(name)
    if !graph.outputs.contains(where: { $0.name == name }) {
      proto.valueInfo.append(ValueInfoProto(name, TypeProto(graph[value].type)))
    }
  }

  private func expand(_ op: any CompositeOp, _ value: Value) throws(Diagnostic) {
    let node = graph[value]
    let name = wanted[value] ?? node.name
    let result = try elaborate(under: node.name, named: name) { g throws(Diagnostic) in
      try op.expand(node.inputs.map { twins[$0] ?? $0 }, in: &g)
    }
    twins[value] = result
  }

  /// Says the nodes that `body` appends to the graph, whose names begin with `scope`, and gives what stands for
  /// its result, which is called `name` iff it is new.
  func elaborate(
    under scope: Name, named name: Name? = nil, _ body: (inout Graph) throws(Diagnostic) -> Value
  ) throws(Diagnostic) -> Value {
    let first = graph.nodes.count
    let outer = graph.scope
    graph.scope = scope
    defer { graph.scope = outer }
    let result = try body(&graph)
    if let name, result.index >= first { wanted[result] = name }
    let new = graph.values(from: first).map(\.self)
    for value in new {
      let node = graph[value]
      let expression = Expression(op: AnyHashable(node.op), inputs: node.inputs.map { twins[$0] ?? $0 })
      if let twin = expressions[expression] {
        twins[value] = twin
        continue
      }
      expressions[expression] = value
      try say(value)
      // A composite stands for what it was expanded to.
      if let twin = twins[value] { expressions[expression] = twin }
    }
    return twins[result] ?? result
  }

  /// Appends a node. Nodes are named as TorchScript names them, by the path of what they are part
  /// of: `/layers/0/attention/MatMul`.
  func append(
    _ operatorName: String, _ inputs: [Operand], _ attributes: [AttributeProto], to outputs: [Name],
    under path: Name
  ) {
    var node = NodeProto()
    let place = path.text.split(separator: ".").map { "/" + $0 }.joined() + "/" + operatorName
    let count = nodeCounts[place, default: 0]
    nodeCounts[place] = count + 1
    node.name = Name(count == 0 ? place : "\(place)_\(count)")
    node.operatorName = operatorName
    node.inputs = inputs.map(\.name)
    node.outputs = outputs
    node.attributes = attributes
    proto.nodes.append(node)
  }

  /// Marks a result that others may read too, so that no node takes it for its own.
  func share(_ operand: Operand) { shared.insert(operand.name) }

  /// Keeps `names` from being given to others.
  func take(_ names: Set<Name>) { taken.formUnion(names) }

  /// A name that nobody has, made of `name`.
  func fresh(_ name: Name) -> Name {
    var (candidate, count) = (name, 2)
    while taken.contains(candidate) || graph[named: candidate] != nil {
      candidate = Name("\(name)_\(count)")
      count += 1
    }
    taken.insert(candidate)
    return candidate
  }

  /// The name that `value` is to have.
  private func claim(_ value: Value) -> Name {
    if let name = wanted[value], graph.outputs.contains(where: { $0.name == name }) { return name }
    let name = wanted[value] ?? graph[value].name
    return taken.insert(name).inserted ? name : fresh(name)
  }

  /// Removes nodes and initializers that nothing reads.
  private func removeUnread() {
    var read = Set(proto.outputs.map(\.name))
    var kept: [NodeProto] = []
    for node in proto.nodes.reversed() where node.outputs.contains(where: read.contains) {
      read.formUnion(node.reads)
      kept.append(node)
    }
    proto.nodes = kept.reversed()
    proto.initializers.removeAll { !read.contains($0.name) }
    proto.valueInfo.removeAll { !read.contains($0.name) }
  }
}

extension NodeProto {
  /// The names that the node and its bodies read.
  fileprivate var reads: [Name] {
    attributes.reduce(into: inputs) { names, attribute in
      guard case .graph(let body) = attribute.value else { return }
      names += body.nodes.flatMap(\.reads)
    }
  }
}

extension Node {
  /// The path of what the node is part of: its name, without a last part that only repeats the op's.
  var path: Name {
    let parts = name.text.split(separator: ".", omittingEmptySubsequences: false)
    guard let last = parts.last else { return name }
    let rest = last.dropFirst(op.name.count)
    let isNumbered = rest.first == "_" && Int(rest.dropFirst()) != nil
    let isMadeUp = last.hasPrefix(op.name) && (rest.isEmpty || isNumbered)
    return isMadeUp ? Name(parts.dropLast().joined(separator: ".")) : name
  }
}

extension TypeProto {
  /// Named lengths become `dim_param`s that hold their expressions.
  init(_ type: TensorType) {
    let dims = type.dims.map { dim in dim.fixed.map(Dimension.fixed) ?? .named(dim.description) }
    self = .tensor(ElementType(type.element), dims)
  }
}

extension Diagnostic {
  fileprivate static func ambiguous(_ name: Name) -> Diagnostic {
    Diagnostic(
      "output \(name.quoted) has the name of an input that is another value, which ONNX cannot say",
      help: "rename one of them")
  }
  fileprivate static func unsaid(_ node: Node) -> Diagnostic {
    Diagnostic("\(node.name.sigil) is read before it is written", kind: .software)
  }
  fileprivate static func noParameter(_ path: Name) -> Diagnostic {
    Diagnostic("there is no tensor for parameter \(path.quoted)", kind: .software)
  }
  fileprivate static func wrongParameter(_ op: Parameter, _ type: TensorType) -> Diagnostic {
    Diagnostic("parameter \(op.path.quoted) is \(type), but the graph takes \(op.type)")
  }
  fileprivate static func unworded(_ node: Node, _ opset: Int) -> Diagnostic {
    Diagnostic(
      "\(node.op.name) cannot be said in ONNX operators of opset \(opset)", kind: .unavailable)
  }
}
