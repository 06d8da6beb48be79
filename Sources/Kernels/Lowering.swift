package import Graphs
import Operators
package import Tensors

extension Graph {
  /// The same function in the ops that kernels compute.
  ///
  /// A composite op without a kernel for its types is expanded, and what its expansion holds likewise; some
  /// ops become others that a kernel wants (`LoweringRule`); a parameter that the checkpoint holds in another
  /// element type is cast. Equal nodes become one. Inputs, outputs and parameters keep their names.
  ///
  /// `stored` says which element type the parameter of a path is kept in. Throws iff a length is still open or
  /// a tensor does not fit in an address space.
  package func lowered(
    for kernels: KernelTable, stored: (Name) throws(Diagnostic) -> DType
  ) throws(Diagnostic) -> Graph {
    var lowering = Lowering(name, kernels)
    var values: [Value] = []
    let (uses, varies) = (useCounts(), depending(on: Set(self.inputs)))
    for (index, node) in nodes.enumerated() {
      if node.op is any GapOp { _ = try node.op.evaluate([], as: node.type) }
      if let open = node.type.dims.lazy.flatMap(\.names).first { throw .open(node, open) }
      guard node.type.isAddressable else { throw .tooLarge(node.op.name, node.type) }
      let inputs = node.inputs.map { values[Int($0.index)] }
      switch node.op {
      case is Input: values.append(try lowering.graph.input(node.name, node.type))
      case let op as Parameter: values.append(try lowering.parameter(op, stored: try stored(op.path)))
      default: values.append(try lowering.add(node.op, inputs, name: node.name))
      }
      if uses[index] == 1 { lowering.readOnce.insert(values[index]) }
      if !varies[index] { lowering.weights.insert(values[index]) }
    }
    var graph = lowering.graph
    graph.outputs = outputs.map { Output($0.name, values[Int($0.value.index)]) }
    return graph
  }
}

/// What stands for one kind of op before a kernel is asked for: other ops, appended by `apply`.
struct LoweringRule: Sendable {
  let op: any Op.Type
  /// Appends the replacement and returns its result, or returns `nil` to leave the op as it is.
  let apply: @Sendable (any Op, [Value], Name, inout Lowering) throws(Diagnostic) -> Value?

  init<Operation: Op>(
    _: Operation.Type,
    apply: @escaping @Sendable (Operation, [Value], Name, inout Lowering) throws(Diagnostic) -> Value?
  ) {
    op = Operation.self
    self.apply = { (op, inputs, name, lowering) throws(Diagnostic) in
      guard let op = op as? Operation else { return nil }
      return try apply(op, inputs, name, &lowering)
    }
  }
}

/// A graph in the making for a table of kernels.
struct Lowering {
  fileprivate(set) var graph: Graph
  private let kernels: KernelTable
  private var known: [Computation: Value] = [:]
  fileprivate var readOnce: Set<Value> = []
  fileprivate var weights: Set<Value> = []

  /// What a node computes, whatever it is called.
  private struct Computation: Hashable {
    var op: AnyHashable
    var inputs: [Value]
  }

  fileprivate init(_ name: String, _ kernels: KernelTable) {
    (graph, self.kernels) = (Graph(name: name), kernels)
  }

  /// Whether one node of the original graph, or one output, reads what has become `value`.
  func isReadOnce(_ value: Value) -> Bool { readOnce.contains(value) }

  /// Whether what has become `value` is computed once a load.
  func isWeight(_ value: Value) -> Bool { weights.contains(value) }

  /// Appends `op`, or what stands for it, and returns the result.
  mutating func add(_ op: any Op, _ inputs: [Value], name: Name) throws(Diagnostic) -> Value {
    let computation = Computation(op: AnyHashable(op), inputs: inputs)
    if let value = known[computation] { return value }
    let value = try lower(op, inputs, name: name)
    known[computation] = value
    return value
  }

  /// The parameter as the graph wants it, cast if the checkpoint holds it otherwise.
  fileprivate mutating func parameter(_ op: Parameter, stored: DType) throws(Diagnostic) -> Value {
    let type = TensorType(stored, op.type.dims)
    let value = try graph.parameter(op.path, type, frozen: op.frozen)
    guard stored != op.type.element else { return value }
    return try add(Cast(element: op.type.element), [value], name: Name("\(op.path).\(op.type.element)"))
  }

  private mutating func lower(_ op: any Op, _ inputs: [Value], name: Name) throws(Diagnostic) -> Value {
    let types = inputs.map { graph[$0].type }
    let type = try op.infer(types)
    guard type.isAddressable else { throw .tooLarge(op.name, type) }
    if let value = try kernels.rule(for: op)?.apply(op, inputs, name, &self) { return value }
    if let composite = op as? any CompositeOp, kernels.fast(op, Signature(types, type)) == nil {
      return try expand(composite, inputs, name: name)
    }
    return try graph.add(op, inputs, name: name)
  }

  /// Appends the nodes of the expansion; the last takes `name`, the others have it in front of theirs.
  private mutating func expand(_ op: any CompositeOp, _ inputs: [Value], name: Name) throws(Diagnostic)
    -> Value
  {
    let (expansion, result) = try op.expansion(over: inputs.map { graph[$0].type })
    var values = inputs
    for (index, node) in expansion.nodes.enumerated().dropFirst(inputs.count) {
      let operands = node.inputs.map { values[Int($0.index)] }
      let isResult = index == Int(result.index)
      values.append(try add(node.op, operands, name: isResult ? name : node.name.prefixed(by: name)))
    }
    return values[Int(result.index)]
  }
}

extension TensorType {
  /// Whether the bytes of the tensor and of any part of it can be counted.
  fileprivate var isAddressable: Bool {
    guard byteCount != nil, let shape, let count = TensorType.count(shape.filter { $0 != 0 }) else {
      return false
    }
    return count <= Int.max >> 8
  }
}

extension Diagnostic {
  fileprivate static func tooLarge(_ op: String, _ type: TensorType) -> Diagnostic {
    Diagnostic("\(op) gives \(type), which does not fit in an address space", help: "run on shorter inputs")
  }
  fileprivate static func open(_ node: Node, _ length: String) -> Diagnostic {
    Diagnostic(
      "\(node.op.name) needs the length \(length), which no input binds",
      at: "\(node.name.sigil): \(node.type)")
  }
}
