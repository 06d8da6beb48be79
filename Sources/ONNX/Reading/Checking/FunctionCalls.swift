import Tensors

/// Which functions of a model call which, and how many nodes that comes to when every call is written out.
struct FunctionCalls {
  private let model: ModelProto
  private let path: String
  private let places: [Key: Int]

  private struct Key: Hashable {
    let domain, name, overload: Name
  }

  /// Throws iff two functions have the same domain, name and overload.
  init(of model: ModelProto, path: String) throws(Diagnostic) {
    (self.model, self.path) = (model, path)
    var places: [Key: Int] = [:]
    for (place, function) in model.functions.enumerated() {
      let key = Key(
        domain: Name(function.domain), name: Name(function.name), overload: Name(function.overload))
      guard places.updateValue(place, forKey: key) == nil else { throw .twice(function) }
    }
    self.places = places
  }

  /// Throws iff a function calls itself, calls go too deep, or the whole has too many nodes.
  func check() throws(Diagnostic) {
    guard !model.functions.isEmpty else { return }
    let calls = model.functions.map { tally($0.nodes) }
    var sizes = [Int?](repeating: nil, count: calls.count)
    var depths = [Int](repeating: 0, count: calls.count)
    for root in calls.indices where sizes[root] == nil {
      var stack = [(function: root, next: 0)]
      while let (function, next) = stack.last {
        let callees = calls[function].callees
        if next < callees.count {
          stack[stack.count - 1].next += 1
          let callee = callees[next].function
          if sizes[callee] != nil { continue }
          guard !stack.contains(where: { $0.function == callee }) else {
            throw .recursion(model.functions[callee], path)
          }
          guard stack.count < ReadingLimits.calls else { throw .tooDeep(model.functions[root], path) }
          stack.append((callee, 0))
        } else {
          stack.removeLast()
          sizes[function] = try size(calls[function], sizes)
          depths[function] = 1 + (callees.map { depths[$0.function] }.max() ?? 0)
          guard depths[function] <= ReadingLimits.calls else {
            throw .tooDeep(model.functions[function], path)
          }
        }
      }
    }
    _ = try size(tally(model.graph.nodes), sizes)
  }

  /// What a list of nodes holds, with the graphs inside.
  private struct Tally {
    var nodes = 0
    var callees: [(function: Int, count: Int)] = []
  }

  private func tally(_ nodes: [NodeProto]) -> Tally {
    var (count, calls) = (0, [Int: Int]())
    var open = [nodes]
    while let nodes = open.popLast() {
      count += nodes.count
      for node in nodes {
        let key = Key(domain: Name(node.domain), name: Name(node.operatorName), overload: Name(node.overload))
        if let function = places[key] { calls[function, default: 0] += 1 }
        for graph in node.subgraphs { open.append(graph.nodes) }
      }
    }
    return Tally(nodes: count, callees: calls.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
  }

  private func size(_ tally: Tally, _ sizes: [Int?]) throws(Diagnostic) -> Int {
    var size = tally.nodes
    for call in tally.callees {
      let (product, overflow) = call.count.multipliedReportingOverflow(by: sizes[call.function] ?? 0)
      guard !overflow, product <= ReadingLimits.expansion - min(size, ReadingLimits.expansion) else {
        throw .tooLarge
      }
      size += product
    }
    return size
  }
}

extension NodeProto {
  /// The graphs among the attributes.
  package var subgraphs: [GraphProto] {
    attributes.reduce(into: []) { graphs, attribute in
      switch attribute.value {
      case .graph(let graph): graphs.append(graph)
      case .graphs(let several): graphs += several
      default: break
      }
    }
  }
}

extension Diagnostic {
  fileprivate static func twice(_ function: FunctionProto) -> Diagnostic {
    Diagnostic(
      "function \(Name(function.name).quoted) of domain \(function.domain.asDomain) comes twice; expected it once"
    )
  }
  fileprivate static func recursion(_ function: FunctionProto, _ path: String) -> Diagnostic {
    Diagnostic(
      "function \(Name(function.name).quoted) calls itself, directly or through others", at: path,
      help: "ONNX functions may not recur; use Loop")
  }
  fileprivate static func tooDeep(_ function: FunctionProto, _ path: String) -> Diagnostic {
    Diagnostic(
      "function \(Name(function.name).quoted) begins more than \(ReadingLimits.calls) calls inside one another",
      at: path)
  }
  fileprivate static var tooLarge: Diagnostic {
    Diagnostic(
      "written out, the functions of the model come to more than \(ReadingLimits.expansion) nodes",
      help: "the file is made to exhaust memory; fetch it from a source you trust")
  }
}
