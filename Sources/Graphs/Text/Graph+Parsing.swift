package import Tensors

extension Graph {
  /// The graphs that `text` holds, in order, but for those that are bodies of others. `file` is the name
  /// errors give.
  ///
  /// Throws iff the text does not follow the grammar, an op is unknown to `ops`, or a written type is not
  /// the one the op infers.
  package static func parse(_ text: String, file: String = "graph", ops: OpCatalog) throws(Diagnostic)
    -> [Graph]
  {
    var scanner = GraphScanner(text, file: file)
    var graphs: [Graph] = []
    while scanner.peek() != nil {
      scanner.bodyDepth = 0
      let graph = try graph(&scanner, ops)
      scanner.graphs[graph.name] = (graph, scanner.bodyDepth)
      graphs.append(graph)
    }
    let bodies = Set(graphs.flatMap(\.bodies).map(\.name))
    return graphs.filter { !bodies.contains($0.name) }
  }

  private static func graph(_ scanner: inout GraphScanner, _ ops: OpCatalog) throws(Diagnostic) -> Graph {
    try scanner.expect(word: "graph")
    try scanner.expect("@")
    var graph = Graph(name: try scanner.word())
    try scanner.expect("(")
    while !scanner.accept(")") {
      try scanner.expect("%")
      let name = try scanner.inputName()
      try scanner.expect(":")
      try graph.input(name, try scanner.type())
      guard scanner.accept(",") || scanner.peek() == 0x29 else {
        throw .parse("expected ',' or ')', found \(scanner.found)", scanner.site)
      }
    }
    try scanner.expect("{")
    while scanner.accept("%") { try graph.line(&scanner, ops) }
    try scanner.expect(word: "return")
    repeat { try graph.result(&scanner) } while scanner.accept(",")
    try scanner.expect("}")
    return graph
  }

  /// `name = op(%a, %b) key=value … : type`, behind the `%`.
  private mutating func line(_ scanner: inout GraphScanner, _ ops: OpCatalog) throws(Diagnostic) {
    let site = scanner.site
    let name = try scanner.name()
    guard self[named: name] == nil else { throw .parse("%\(name) is defined twice", site) }
    try scanner.expect("=")
    let opSite = scanner.site
    let opName = try scanner.word()
    guard let kind = ops[opName] else { throw .unknownOp(opName, ops.names, opSite) }
    var inputs: [Value] = []
    if scanner.accept("(") {
      while !scanner.accept(")") {
        inputs.append(try operand(&scanner))
        guard scanner.accept(",") || scanner.peek() == 0x29 else {
          throw .parse("expected ',' or ')', found \(scanner.found)", scanner.site)
        }
      }
    }
    var attributes: [NamedAttribute] = []
    while scanner.peek() != 0x3A {
      let key = try scanner.word()
      try scanner.expect("=")
      attributes.append(NamedAttribute(key: key, value: try scanner.attribute()))
    }
    try scanner.expect(":")
    let type = try scanner.type()
    if kind is any TypedOp.Type { attributes.append(NamedAttribute(key: "type", value: .type(type))) }
    do throws(Diagnostic) {
      let value = try add(try kind.init(attributes: attributes), inputs, name: name)
      guard self[value].type == type else { throw Diagnostic.written(type, self[value].type) }
    } catch {
      var located = error
      located.site = [error.site, site].compactMap { $0 }.joined(separator: "        ")
      throw located
    }
  }

  /// `%value` or `name=%value`.
  private mutating func result(_ scanner: inout GraphScanner) throws(Diagnostic) {
    if scanner.peek() == 0x25 {
      let value = try operand(&scanner)
      outputs.append(Output(self[value].name, value))
    } else {
      let name = try scanner.name()
      try scanner.expect("=")
      outputs.append(Output(name, try operand(&scanner)))
    }
  }

  private func operand(_ scanner: inout GraphScanner) throws(Diagnostic) -> Value {
    let site = scanner.site
    try scanner.expect("%")
    let name = try scanner.name()
    guard let value = self[named: name] else { throw .parse("%\(name) is not defined above", site) }
    return value
  }
}

extension GraphScanner {
  /// A name before a colon; a colon belongs to it only inside quotes.
  fileprivate mutating func inputName() throws(Diagnostic) -> Name {
    if peek() == 0x22 { return Name(try quoted()) }
    return Name(try word(stoppingAt: 0x3A))
  }
}

extension Diagnostic {
  fileprivate static func parse(_ message: String, _ site: String) -> Diagnostic {
    Diagnostic(Message(message), at: site)
  }
  fileprivate static func unknownOp(_ name: String, _ known: [String], _ site: String) -> Diagnostic {
    let near = known.filter { $0.hasPrefix(name.prefix(3)) }
    return Diagnostic(
      "there is no op \(name)", at: site,
      help: "known are \((near.isEmpty ? known : near).joined(separator: ", "))")
  }
  fileprivate static func written(_ written: TensorType, _ inferred: TensorType) -> Diagnostic {
    Diagnostic("the type is written \(written), but the op gives \(inferred)")
  }
}
