import Checkpoints
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
  var graph: Graph
  var proto = GraphProto()
  /// What has been computed once for all, such as lengths.
  var lengths: [Dim: Operand] = [:]
  var vectors: [[Dim]: Operand] = [:]

  /// What nodes of several outputs have given, by the first node of ours that asked.
  var groups: [Expression: [Operand]] = [:]

  private let parameters: [Name: TensorDraft]
  var operands: [Value: Operand] = [:]
  private var initializers: [Name: Operand] = [:]
  private var knowledge = Knowledge()
  /// For an expanded node the value that stands for it.
  var twins: [Value: Value] = [:]
  var expressions: [Expression: Value] = [:]
  var taken: Set<Name> = []
  /// Names that are kept for values: those of outputs, and of composites for the last node of the expansion.
  var wanted: [Value: Name] = [:]
  var shared: Set<Name> = []
  /// How many nodes have been named for a place.
  var nodeCounts: [String: Int] = [:]

  /// A node of an expansion but for its name: two that are equal are written once.
  struct Expression: Hashable {
    let op: AnyHashable
    let inputs: [Value]
  }

  /// `parameters` holds what is to be stored for the graph's parameters, by path.
  init(_ graph: Graph, opset: Int, parameters: [Name: TensorDraft]) {
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
    guard let draft = parameters[op.path] else { throw .noParameter(op.path) }
    guard draft.type.dims == op.type.dims else { throw .wrongParameter(op, draft.type) }
    let name = taken.insert(op.path).inserted ? op.path : fresh(op.path)
    proto.initializers.append(TensorProto(name, .draft(draft)))
    let stored = Operand(name, draft.type.element)
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
}
