import Graphs
import Operators
import Tensors

/// A graph in the making from the nodes of an ONNX file.
///
/// A class, because one translator calls the next through bodies and functions; it lives as long as one
/// import.
final class Translation {
  var graph: Graph
  private(set) var parameters: [Name: Tensor] = [:]
  var notes: [String]
  /// What the node at hand has said about its outputs, should it be deferred.
  var promises: [Int: (element: DType, rank: Int)] = [:]

  /// The values that names stand for, from the outermost graph to the innermost.
  var scopes: [Scope] = []
  let functions: [FunctionKey: FunctionProto]
  private let given: [Name: Tensor]
  private let lengths: [String: Int]
  private let agreement: Agreement
  /// The first node that could not be translated because named lengths do not fit together.
  private(set) var conflict: Agreement.Conflict?
  private var opsets: [String: Int]
  /// Whether the graph at hand is a body, which has no parameters.
  private var isBody = false
  /// Initializers, under the paths their parameters are to have.
  private var paths: [Name: Name] = [:]
  /// Values whose types are made up.
  private var untyped: Set<Value> = []
  /// How many bodies have been made as graphs.
  var bodies = 0
  /// The input of the node at hand whose elements would have to be known.
  private var awaited: Int?
  private var freshDims = 0
  var depth = 0
  var knowledge = Knowledge()

  init(
    _ model: ModelProto, name: String, given: [Name: Tensor], lengths: [String: Int], _ agreement: Agreement
  ) {
    graph = Graph(name: name)
    functions = Dictionary(model.functions.map { (FunctionKey($0), $0) }) { first, _ in first }
    (self.given, self.lengths, opsets, notes) = (given, lengths, model.opsets, agreement.notes)
    self.agreement = agreement
  }

  /// Translates the main graph. Throws iff it breaks a rule of the format.
  func run(_ proto: GraphProto) throws(Diagnostic) {
    paths = WeightNames.recovered(in: proto)
    let weights = Set(proto.initializers.map(\.name) + proto.sparseInitializers.map(\.values.name))
    var scope = Scope(proto)
    for input in proto.inputs where !weights.contains(input.name) {
      let tensor = given[input.name]
      let value = try graph.input(input.name, try type(of: input, given: tensor))
      if let tensor { knowledge.set(value, to: tensor) }
      scope.values[input.name] = value
    }
    scopes = [scope]
    try translate(proto.nodes)
    for output in proto.outputs { graph.output(output.name, try value(named: output.name)) }
    try check(claimsOf: proto, isOpen: given.isEmpty && lengths.isEmpty)
  }

  /// The type of the value that `name` stands for so far; `nil` iff there is none, or its type is made up.
  func type(ofKnown name: Name) -> TensorType? {
    guard let value = scopes.last?.values[name], !untyped.contains(value) else { return nil }
    return graph[value].type
  }

  /// The type the file gives to an input; dims of which it says nothing get names of their own.
  private func type(of input: ValueInfoProto, given: Tensor?) throws(Diagnostic) -> TensorType {
    guard case .tensor(let code, let dims?) = input.type, let element = code.dtype else {
      guard let given, case .tensor = input.type else { throw .untypedInput(input) }
      return given.type
    }
    guard let given else {
      let open = TensorType(element, dims.enumerated().map { dim($1, of: input.name, axis: $0) })
      guard let type = open.binding(lengths)?.replacing(agreement.dims) else {
        throw .tooLong(input.name, open)
      }
      return type
    }
    guard given.type.element == element, given.type.rank == dims.count else {
      throw .wrongInput(input.name, given.type, element, dims.count)
    }
    return given.type
  }

  private func dim(_ dimension: TypeProto.Dimension, of name: Name, axis: Int) -> Dim {
    switch dimension {
    case .fixed(let length): return Dim(length)
    case .named(let text): return Dim(parsing: text.filter { $0 != " " }) ?? .named(word(text))
    case .unknown: return .named(word("\(name)_\(axis)"))
    }
  }

  /// `text` as a word that can name a dim.
  private func word(_ text: String) -> String {
    let word = String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    return Dim.isName(word) ? word : "d_\(word)"
  }
}

// MARK: names

/// What the names of one graph or function body stand for.
struct Scope {
  var values: [Name: Value] = [:]
  /// Tensors that become parameters or constants when somebody reads them.
  var initializers: [Name: TensorProto] = [:]
  var sparse: [Name: SparseTensorProto] = [:]
  /// What the file says about the types of values.
  var types: [Name: TypeProto] = [:]
  /// Whether names that are not here may be names of the scope around.
  var isOpen = false

  init() {}

  init(_ proto: GraphProto) {
    for tensor in proto.initializers { initializers[tensor.name] = tensor }
    for tensor in proto.sparseInitializers { sparse[tensor.values.name] = tensor }
    for info in proto.valueInfo + proto.outputs { types[info.name] = info.type }
  }
}

extension Translation {
  /// The value that `name` stands for here. Throws iff there is none.
  func value(named name: Name) throws(Diagnostic) -> Value {
    for level in scopes.indices.reversed() {
      if let value = scopes[level].values[name] { return value }
      if let proto = scopes[level].initializers[name] {
        let value = try stored(proto)
        scopes[level].values[name] = value
        return value
      }
      if let proto = scopes[level].sparse[name] {
        let value = try literal(try proto.dense(), name: name)
        scopes[level].values[name] = value
        return value
      }
      guard scopes[level].isOpen else { break }
    }
    throw .nobodyMakes(name)
  }

  private func stored(_ proto: TensorProto) throws(Diagnostic) -> Value {
    guard case .tensor(let tensor) = proto.contents else {
      let value = try unsupported("String", "tensors of strings are no numbers", [], nil)
      untyped.insert(value)
      return value
    }
    let isNamed = proto.name.text.contains(".") && !WeightNames.isGenerated(proto.name)
    return try literal(tensor, name: paths[proto.name] ?? proto.name, isWeight: isNamed)
  }

  /// `tensor` in the graph: a constant where it is small, otherwise a parameter called `name`.
  func literal(_ tensor: Tensor, name: Name, isWeight: Bool = false) throws(Diagnostic) -> Value {
    let isShort = tensor.count == 1 || (!tensor.type.element.isFloat && tensor.count <= 64)
    if isShort, !isWeight, let values = try? tensor.reals(),
      let again = try? Tensor(reals: values, as: tensor.type), again.hasBytes(of: tensor)
    {
      let value = try graph.add(Constant(values, tensor.type), name: name.text.isEmpty ? nil : name)
      knowledge.set(value, to: tensor)
      return value
    }
    guard !isBody else { return try constant(tensor) }
    var path = name.text.isEmpty ? Name("constant") : name
    var count = 2
    while parameters[path] != nil {
      path = Name("\(name)_\(count)")
      count += 1
    }
    parameters[path] = tensor
    let scope = graph.scope
    graph.scope = ""
    defer { graph.scope = scope }
    let value = try graph.parameter(path, tensor.type)
    knowledge.set(value, to: tensor)
    return value
  }
}

extension Translation {
  /// What belongs to the graph at hand: a body has its own.
  struct State {
    fileprivate var graph: Graph
    fileprivate var scopes: [Scope]
    fileprivate var knowledge: Knowledge
    fileprivate var untyped: Set<Value>
    fileprivate var isBody: Bool
  }

  var state: State {
    get {
      State(graph: graph, scopes: scopes, knowledge: knowledge, untyped: untyped, isBody: isBody)
    }
    set {
      (graph, scopes, knowledge) = (newValue.graph, newValue.scopes, newValue.knowledge)
      (untyped, isBody) = (newValue.untyped, newValue.isBody)
    }
  }

  /// Starts a body, of which nothing is known.
  func begin(_ body: Graph) {
    (graph, scopes, knowledge, untyped, isBody) = (body, [], Knowledge(), [], true)
  }

  /// `tensor` as a constant of any size: bodies have no parameters.
  private func constant(_ tensor: Tensor) throws(Diagnostic) -> Value {
    let values = try tensor.reals()
    guard try Tensor(reals: values, as: tensor.type).hasBytes(of: tensor) else {
      throw .inexact(tensor.type)
    }
    let value = try graph.add(Constant(values, tensor.type))
    knowledge.set(value, to: tensor)
    return value
  }
}

// MARK: nodes

extension Translation {
  func translate(_ nodes: [NodeProto]) throws(Diagnostic) {
    for node in nodes {
      do {
        try translate(node)
      } catch {
        throw error.located(at: node.site)
      }
    }
  }

  private func translate(_ node: NodeProto) throws(Diagnostic) {
    guard graph.nodes.count < Limits.nodes else { throw .tooManyNodes(Limits.nodes) }
    var inputs: [Value?] = []
    for name in node.inputs { inputs.append(name == "" ? nil : try value(named: name)) }
    let outer = graph.scope
    graph.scope = node.modulePath ?? outer
    defer { graph.scope = outer }
    let results: [Value?]
    if let function = functions[FunctionKey(node)] {
      results = try self.call(function, node, inputs)
    } else {
      results = try meaning(of: node, inputs)
    }
    for (index, name) in node.outputs.enumerated() where name != "" {
      guard results.indices.contains(index), let value = results[index] else { throw .noOutput(index, name) }
      scopes[scopes.count - 1].values[name] = value
    }
  }

  /// The results of an operator of the catalogue, or visible nodes in their place.
  private func meaning(of node: NodeProto, _ inputs: [Value?]) throws(Diagnostic) -> [Value?] {
    guard let version = opsets[node.domain] ?? (node.domain == "" ? opsets["ai.onnx"] : nil) else {
      return try unsupported(
        node, "the model does not say which version of \(node.domainName) it means", inputs)
    }
    guard let known = OperatorCatalog.all[node.domain, node.operatorName, version] else {
      return try unsupported(
        node, "no such operator is known in version \(version) of \(node.domainName)", inputs)
    }
    if let index = inputs.firstIndex(where: { $0.map(untyped.contains) ?? false }) {
      return try unsupported(node, "the type of input \(index) is not known", inputs)
    }
    let before = graph.nodes.count
    (awaited, promises) = (nil, [:])
    do {
      return try known.translate(Call(node: node, version: version, inputs: inputs, translation: self))
    } catch {
      takeBack(to: before)
      if let awaited { return try deferred(node, inputs, awaiting: awaited) }
      let types = inputs.compactMap { $0.map { graph[$0].type } }
      conflict = conflict ?? Agreement.Conflict(node, types)
      let isOpen = inputs.contains { $0.map { graph[$0].type.shape == nil } ?? false }
      if isOpen { return try deferred(node, inputs, because: error.message.text) }
      return try unsupported(node, error.message.text, inputs)
    }
  }

  /// Removes the nodes from number `count` on, of a translation that did not come to an end.
  func takeBack(to count: Int) {
    guard graph.nodes.count > count else { return }
    graph.removeLast(graph.nodes.count - count)
    knowledge.forget(from: count)
    for level in scopes.indices {
      scopes[level].values = scopes[level].values.filter { $0.value.index < count }
    }
  }

  /// An error that makes the node at hand wait for the elements of its input `index`.
  func awaiting(_ index: Int, of call: Call) -> Diagnostic {
    awaited = index
    return .awaiting(index, call.node)
  }
}

// MARK: visible gaps

extension Translation {
  private func deferred(
    _ node: NodeProto, _ inputs: [Value?], awaiting index: Int
  ) throws(Diagnostic) -> [Value?] {
    try deferred(node, inputs, because: "the shape of the result depends on what input \(index) holds")
  }

  private func deferred(
    _ node: NodeProto, _ inputs: [Value?], because reason: String
  ) throws(Diagnostic) -> [Value?] {
    var results: [Value?] = []
    for index in node.outputs.indices {
      guard let type = declared(node.outputs[index]) ?? promised(index) else {
        return try unsupported(node, "\(reason), and the file does not tell its type", inputs)
      }
      let op = Deferred(operation: node.operation, reason: reason, result: index, type: type)
      results.append(try graph.add(op, inputs.compactMap(\.self)))
    }
    return results
  }

  private func unsupported(
    _ node: NodeProto, _ reason: String, _ inputs: [Value?]
  ) throws(Diagnostic) -> [Value?] {
    var results: [Value?] = []
    for (index, name) in node.outputs.enumerated() {
      let type = declared(name)
      let value = try unsupported(node.operation, reason, inputs.compactMap(\.self), type, result: index)
      if type == nil { untyped.insert(value) }
      results.append(value)
    }
    return results
  }

  private func unsupported(
    _ operation: String, _ reason: String, _ inputs: [Value], _ type: TensorType?, result: Int = 0
  ) throws(Diagnostic) -> Value {
    let op = Unsupported(
      operation: operation, reason: reason, result: result, type: type ?? TensorType(.f32, []))
    return try graph.add(op, inputs)
  }

  /// The type that the file gives to `name`; dims that follow no input get names of their own.
  private func declared(_ name: Name) -> TensorType? {
    guard case .tensor(let code, let dims?) = scopes.last?.types[name], let element = code.dtype else {
      return nil
    }
    return TensorType(
      element,
      dims.map { dimension in
        guard case .fixed(let length) = dimension else { return freshDim() }
        return Dim(length)
      })
  }

  private func promised(_ index: Int) -> TensorType? {
    promises[index].map { TensorType($0.element, (0..<$0.rank).map { _ in freshDim() }) }
  }

  private func freshDim() -> Dim {
    freshDims += 1
    return .named("data\(freshDims)")
  }
}

// MARK: bodies

extension Translation {
  /// Translates the nodes of a function in the place of a call. Throws iff the calls go too deep.
  private func call(
    _ function: FunctionProto, _ node: NodeProto, _ inputs: [Value?]
  ) throws(Diagnostic) -> [Value?] {
    let outer = (scopes, opsets)
    depth += 1
    defer {
      (scopes, opsets) = outer
      depth -= 1
    }
    guard depth <= Limits.calls else { throw .tooDeep(function.name, Limits.calls) }
    var scope = Scope()
    for (name, value) in zip(function.inputs, inputs) { scope.values[name] = value }
    for info in function.valueInfo { scope.types[info.name] = info.type }
    scopes = [scope]
    opsets = function.opsets
    try translate(function.nodes.map { $0.binding(node.attributes, defaults: function.defaults) })
    var results: [Value?] = []
    for name in function.outputs { results.append(try value(named: name)) }
    return results
  }

  /// Translates the body of a control-flow operator, whose nodes may read names of the graphs around it.
  func inline(_ body: GraphProto, _ inputs: [Value]) throws(Diagnostic) -> [Value] {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Limits.calls else { throw .tooDeep(body.name.text, Limits.calls) }
    var scope = Scope(body)
    scope.isOpen = true
    for (info, value) in zip(body.inputs, inputs) { scope.values[info.name] = value }
    scopes.append(scope)
    defer { scopes.removeLast() }
    try translate(body.nodes)
    var results: [Value] = []
    for output in body.outputs { results.append(try value(named: output.name)) }
    return results
  }
}

/// A function of the model, as a node calls it.
struct FunctionKey: Hashable {
  let domain: String
  let name: String
  let overload: String

  init(_ function: FunctionProto) {
    (domain, name, overload) = (function.domain, function.name, function.overload)
  }
  init(_ node: NodeProto) { (domain, name, overload) = (node.domain, node.operatorName, node.overload) }
}

/// What an import may cost.
enum Limits {
  /// Nodes of a graph, after functions and loops are written out.
  static let nodes = 1_000_000
  /// How deep functions and bodies may stand in each other.
  static let calls = 100
}

extension NodeProto {
  /// As messages name it: `Conv "/encoder/conv1/Conv"`.
  var site: String { name == "" ? operation : "\(operation) \(name.quoted)" }
  /// The operator with its domain, where that is not the default one.
  var operation: String { domain == "" ? operatorName : "\(domain).\(operatorName)" }
  fileprivate var domainName: String { domain == "" ? "ai.onnx" : domain }
}

extension Tensor {
  fileprivate func hasBytes(of other: Tensor) -> Bool {
    withBytes { a in other.withBytes { b in a.elementsEqual(b) } }
  }
}

extension Diagnostic {
  fileprivate static func untypedInput(_ input: ValueInfoProto) -> Diagnostic {
    Diagnostic(
      "input \(input.name.quoted) is no tensor of numbers with a known rank",
      help: "sequences, optionals, maps and strings cannot be inputs", kind: .unavailable)
  }
  fileprivate static func wrongInput(_ name: Name, _ type: TensorType, _ element: DType, _ rank: Int)
    -> Diagnostic
  {
    Diagnostic("input \(name.quoted) is \(type), but the model takes \(element) with \(rank) axes")
  }
  fileprivate static func tooLong(_ name: Name, _ type: TensorType) -> Diagnostic {
    Diagnostic("input \(name.quoted), \(type), overflows with the lengths given")
  }
  fileprivate static func nobodyMakes(_ name: Name) -> Diagnostic {
    Diagnostic("\(name.quoted) is read, but no node above makes it, and it is no input or initializer")
  }
  fileprivate static func inexact(_ type: TensorType) -> Diagnostic {
    Diagnostic("a body holds a tensor \(type) whose elements no real number tells", kind: .unavailable)
  }
  fileprivate static func tooManyNodes(_ count: Int) -> Diagnostic {
    Diagnostic("the graph has more than \(count) nodes once functions and loops are written out")
  }
  fileprivate static func noOutput(_ index: Int, _ name: Name) -> Diagnostic {
    Diagnostic("output \(index), \(name.quoted), is not made", kind: .unavailable)
  }
  fileprivate static func awaiting(_ index: Int, _ node: NodeProto) -> Diagnostic {
    Diagnostic("the shape of \(node.operatorName) depends on what input \(index) holds")
  }
  static func tooDeep(_ name: String, _ depth: Int) -> Diagnostic {
    Diagnostic("\(name) stands more than \(depth) functions and bodies deep")
  }
}
