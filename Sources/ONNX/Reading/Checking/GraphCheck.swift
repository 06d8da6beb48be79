import Tensors

/// Checks that every name of a graph, of the graphs inside it and of a function has one meaning where it is
/// used, and that nodes come behind what they need.
struct GraphCheck {
  let path: String
  /// The operator sets whose operators may be used.
  let opsets: [String: Int]
  /// The functions of the model, which nodes call under their names.
  let functions: Set<FunctionKey>
  /// The attributes of the function around, or `nil` iff there is none.
  let attributes: Set<Name>?
  private(set) var notes: Notes
  /// How many of the graphs around define a name.
  private var around: [Name: Int] = [:]
  /// How many graphs were put in order.
  private var reordered = 0

  init(
    path: String, opsets: [String: Int], functions: Set<FunctionKey>, attributes: Set<Name>?, notes: Notes
  ) {
    (self.path, self.opsets, self.functions) = (path, opsets, functions)
    (self.attributes, self.notes) = (attributes, notes)
  }

  mutating func check(_ function: inout FunctionProto) throws(Diagnostic) {
    do throws(Diagnostic) {
      if let twice = firstRepeated(function.inputs) { throw .inputTwice(twice) }
      if let twice = firstRepeated(
        function.attributes.map { Name($0) } + function.defaults.map { Name($0.name) })
      {
        throw .attributeTwice(twice)
      }
      _ = try check(&function.nodes, given: function.inputs, outputs: function.outputs)
    } catch {
      throw error.located(at: "\(path): function \(Name(function.name).quoted)")
    }
  }

  /// Gives the names that `graph` takes from the graphs around it.
  mutating func check(_ graph: inout GraphProto) throws(Diagnostic) -> Set<Name> {
    do throws(Diagnostic) {
      let constants = graph.initializers.map(\.name) + graph.sparseInitializers.map(\.values.name)
      guard !constants.contains("") else { throw .namelessInitializer }
      let inputs = graph.inputs.map(\.name)
      if let twice = firstRepeated(constants) { throw .initializerTwice(twice) }
      if let twice = firstRepeated(inputs) { throw .inputTwice(twice) }
      // Older files list initializers among the inputs; newer ones make them defaults of inputs so.
      let known = Set(inputs)
      let given = inputs + constants.filter { !known.contains($0) }
      return try check(&graph.nodes, given: given, outputs: graph.outputs.map(\.name))
    } catch {
      throw error.located(at: "\(path): graph \(graph.name.quoted)")
    }
  }

  private mutating func check(_ nodes: inout [NodeProto], given: [Name], outputs: [Name]) throws(Diagnostic)
    -> Set<Name>
  {
    let places = try define(nodes, given)
    let hasSubgraphs = nodes.contains { !$0.subgraphs.isEmpty }
    if hasSubgraphs { for name in places.keys { around[name, default: 0] += 1 } }
    var needs = NodeOrder()
    var taken: Set<Name> = []
    for index in nodes.indices {
      do throws(Diagnostic) {
        try check(attributesOf: nodes[index])
        try check(signatureOf: nodes[index])
        var names = nodes[index].inputs.filter { !$0.text.isEmpty }
        names += try checkSubgraphs(of: &nodes[index])
        for name in names {
          if let place = places[name] {
            if place >= 0 { needs.add(place) }
          } else if around[name] != nil {
            taken.insert(name)
          } else {
            throw .undefined(name)
          }
        }
      } catch {
        throw error.located(at: "\(path): \(nodes[index].site)")
      }
      needs.endNode()
    }
    if hasSubgraphs {
      for name in places.keys { around[name] = around[name].flatMap { $0 > 1 ? $0 - 1 : nil } }
    }
    if let twice = firstRepeated(outputs) { throw .outputTwice(twice) }
    for name in outputs where places[name] == nil {
      guard around[name] != nil else { throw .notProduced(name) }
      taken.insert(name)
    }
    if !needs.isInOrder {
      nodes = try needs.sorted(nodes).map { nodes[$0] }
      reordered += 1
      notes.add("order", "nodes come before what they need; they were put in order")
    }
    return taken
  }

  /// The node that makes each name, or -1 for the names that are given.
  private mutating func define(_ nodes: [NodeProto], _ given: [Name]) throws(Diagnostic) -> [Name: Int] {
    var places: [Name: Int] = [:]
    places.reserveCapacity(given.count + nodes.count)
    for name in given {
      places[name] = -1
      if around[name] != nil {
        notes.add("shadowing", "\(name.quoted) of an inner graph hides a value of the same name around it")
      }
    }
    for (index, node) in nodes.enumerated() {
      guard !node.inputs.isEmpty || !node.outputs.isEmpty else {
        throw .noValues.located(at: "\(path): \(node.site)")
      }
      guard opsets[node.domain] != nil else {
        throw .unknownDomain(node.domain).located(at: "\(path): \(node.site)")
      }
      for name in node.outputs where !name.text.isEmpty {
        guard places.updateValue(index, forKey: name) == nil, around[name] == nil else {
          throw .producedTwice(name).located(at: "\(path): \(node.site)")
        }
      }
    }
    return places
  }

  private mutating func check(attributesOf node: NodeProto) throws(Diagnostic) {
    if let twice = firstRepeated(node.attributes.map { Name($0.name) }) { throw .attributeTwice(twice) }
    for case .reference(let reference) in node.attributes.map(\.value) {
      guard let attributes else { throw .referenceOutside(reference) }
      if !attributes.contains(Name(reference)) {
        notes.add(
          "undeclared", "attribute \(Name(reference).quoted) is not declared by the function that uses it")
      }
    }
  }

  private func check(signatureOf node: NodeProto) throws(Diagnostic) {
    guard let version = opsets[node.domain], !functions.contains(FunctionKey(node)) else { return }
    try Signature.of(node.operatorName, domain: node.domain, version: version)?.check(node, version: version)
  }

  /// Gives the names that the graphs of `node` take from around them.
  private mutating func checkSubgraphs(of node: inout NodeProto) throws(Diagnostic) -> Set<Name> {
    var taken: Set<Name> = []
    for index in node.attributes.indices {
      let before = reordered
      switch node.attributes[index].value {
      case .graph(var graph):
        taken.formUnion(try check(&graph))
        if reordered > before { node.attributes[index].value = .graph(graph) }
      case .graphs(var graphs):
        for place in graphs.indices { taken.formUnion(try check(&graphs[place])) }
        if reordered > before { node.attributes[index].value = .graphs(graphs) }
      default: continue
      }
    }
    return taken
  }

  private func firstRepeated(_ names: [Name]) -> Name? {
    guard names.count > 1 else { return nil }
    var seen: Set<Name> = []
    return names.first { !seen.insert($0).inserted }
  }
}

extension Diagnostic {
  fileprivate static var namelessInitializer: Diagnostic {
    Diagnostic("an initializer has no name; expected one by which nodes refer to it")
  }
  fileprivate static func initializerTwice(_ name: Name) -> Diagnostic {
    Diagnostic("initializer \(name.quoted) comes twice; expected one value under each name")
  }
  fileprivate static func inputTwice(_ name: Name) -> Diagnostic {
    Diagnostic("input \(name.quoted) comes twice; expected it once")
  }
  fileprivate static func outputTwice(_ name: Name) -> Diagnostic {
    Diagnostic("output \(name.quoted) comes twice; expected it once")
  }
  fileprivate static func attributeTwice(_ name: Name) -> Diagnostic {
    Diagnostic("attribute \(name.quoted) comes twice; expected it once")
  }
  fileprivate static func producedTwice(_ name: Name) -> Diagnostic {
    Diagnostic("value \(name.quoted) is there already; expected every value to be made once")
  }
  fileprivate static func undefined(_ name: Name) -> Diagnostic {
    Diagnostic(
      "input \(name.quoted) is made nowhere; expected an input, an initializer or the output of a node")
  }
  fileprivate static func notProduced(_ name: Name) -> Diagnostic {
    Diagnostic("output \(name.quoted) is made by no node and is neither input nor initializer")
  }
  fileprivate static var noValues: Diagnostic {
    Diagnostic("the node has neither inputs nor outputs")
  }
  fileprivate static func unknownDomain(_ domain: String) -> Diagnostic {
    Diagnostic(
      "the node is of domain \(domain.asDomain), of which no operator set is imported",
      help: "export the model again; the version says what the operator means")
  }
  fileprivate static func referenceOutside(_ reference: String) -> Diagnostic {
    Diagnostic("the node refers to attribute \(Name(reference).quoted) of a function, but is in none")
  }
}
