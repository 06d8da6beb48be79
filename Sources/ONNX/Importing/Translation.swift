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
  private let inputs: InputTypes
  /// The first node that could not be translated because named lengths do not fit together.
  var conflict: Agreement.Conflict?
  var opsets: [String: Int]
  /// Whether the graph at hand is a body, which has no parameters.
  var isBody = false
  /// Values that stand for texts; see `Vocabulary`.
  var texts: Set<Value> = []
  var vocabulary = Vocabulary()
  /// Initializers, under the paths their parameters are to have.
  private var paths: [Name: Name] = [:]
  /// Values whose types are made up.
  var untyped: Set<Value> = []
  /// How many bodies have been made as graphs.
  var bodies = 0
  /// The input of the node at hand whose elements would have to be known.
  var awaited: Int?
  /// How many names of dims have been made up.
  var freshDims = 0
  /// How many functions and bodies the node at hand stands in.
  var depth = 0
  var knowledge = Knowledge()

  init(
    _ model: ModelProto, name: String, given: Given, _ agreement: Agreement
  ) {
    graph = Graph(name: name)
    functions = Dictionary(model.functions.map { (FunctionKey($0), $0) }) { first, _ in first }
    inputs = InputTypes(given: given, agreement: agreement)
    (opsets, notes) = (model.opsets, agreement.notes)
  }

  /// Translates the main graph. Throws iff it breaks a rule of the format.
  func run(_ proto: GraphProto) throws(Diagnostic) {
    paths = WeightNames.recovered(in: proto)
    let weights = Set(proto.initializers.map(\.name) + proto.sparseInitializers.map(\.values.name))
    var scope = Scope(proto)
    for input in proto.inputs where !weights.contains(input.name) {
      if let text = inputs.given.texts[input.name] {
        scope.values[input.name] = try literal(text, name: input.name)
        continue
      }
      let value = try graph.input(input.name, try inputs.type(of: input))
      if let tensor = inputs.given.tensors[input.name] { knowledge.set(value, to: tensor) }
      scope.values[input.name] = value
    }
    scopes = [scope]
    try translate(proto.nodes)
    for output in proto.outputs { graph.output(output.name, try number(try value(named: output.name))) }
    try check(claimsOf: proto, isOpen: inputs.given.isEmpty)
  }

  /// The type of the value that `name` stands for so far; `nil` iff there is none, or its type is made up.
  func type(ofKnown name: Name) -> TensorType? {
    guard let value = scopes.last?.values[name], !untyped.contains(value) else { return nil }
    return graph[value].type
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
    let tensor: Tensor
    switch proto.contents {
    case .tensor(let numbers): tensor = numbers
    case .strings(let texts, let shape):
      return try literal(TextTensor(elements: texts, shape: shape), name: proto.name)
    case .draft: throw .unwritten(proto.name)
    }
    let isNamed = proto.name.text.contains(".") && !WeightNames.isGenerated(proto.name)
    return try literal(tensor, name: paths[proto.name] ?? proto.name, isWeight: isNamed)
  }

  /// `tensor` in the graph: a constant where it is small, otherwise a parameter called `name`.
  func literal(_ tensor: Tensor, name: Name, isWeight: Bool = false) throws(Diagnostic) -> Value {
    let isShort = tensor.count == 1 || (!tensor.type.element.isFloat && tensor.count <= Limits.literal)
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

extension Tensor {
  fileprivate func hasBytes(of other: Tensor) -> Bool {
    withBytes { a in other.withBytes { b in a.elementsEqual(b) } }
  }
}

extension Diagnostic {
  fileprivate static func nobodyMakes(_ name: Name) -> Diagnostic {
    Diagnostic("\(name.quoted) is read, but no node above makes it, and it is no input or initializer")
  }
  fileprivate static func unwritten(_ name: Name) -> Diagnostic {
    Diagnostic("\(name.quoted) is a draft; a model is read when it is written", kind: .software)
  }
  fileprivate static func inexact(_ type: TensorType) -> Diagnostic {
    Diagnostic("a body holds a tensor \(type) whose elements no real number tells", kind: .unavailable)
  }
}
