package import Graphs
package import Tensors

/// One graph of a case file, what it is given and what it must give or be refused for:
///
///     # input NAME: TYPE = NUMBERS     what the graph is run on
///     # gives NAME: TYPE = NUMBERS     an output on these inputs
///     # error: WORDS                   words of the error by which reading or running must end
///     # gradient: WHY NOT              leaves out the comparison with finite differences
package struct GraphCase: Sendable {
  package let text: String
  package let site: String
  package var inputs: [Name: Tensor] = [:]
  package var expected: [Name: Tensor] = [:]
  package var error: String?
  package var checksGradient = true
  let ops: OpCatalog

  package init(_ section: CaseFile.Section, site: String, ops: OpCatalog) throws(Diagnostic) {
    (text, self.site, self.ops) = (section.graph, site, ops)
    for directive in section.directives {
      do throws(Diagnostic) {
        switch directive.word {
        case "input": inputs[Name(directive.subject)] = try Tensor(directive: directive.text)
        case "gives": expected[Name(directive.subject)] = try Tensor(directive: directive.text)
        case "error": error = directive.text
        case "gradient": checksGradient = false
        default: throw Diagnostic("there is no directive \(directive.word)")
        }
      } catch {
        throw error.located(at: site)
      }
    }
  }

  /// The one graph of the case. Throws iff it is refused.
  package func graph() throws(Diagnostic) -> Graph {
    let graphs = try Graph.parse(text, file: site, ops: ops)
    guard graphs.count == 1 else {
      throw Diagnostic("one graph was expected, found \(graphs.count)", at: site)
    }
    return graphs[0]
  }

  /// The outputs on the inputs.
  package func run(_ graph: Graph) throws(Diagnostic) -> [Name: Tensor] {
    try graph.evaluate(inputs) { path throws(Diagnostic) in
      throw Diagnostic("an op's case has no parameters, but \(path) is read")
    }
  }

  /// Everything that does not hold, in words.
  package func problems() -> [String] {
    do throws(Diagnostic) {
      let graph = try graph()
      let bound = try graph.binding(graph.lengths(of: inputs.mapValues(\.type)))
      var problems = try textProblems(graph) + textProblems(bound)
      problems += (graph.problems() + bound.problems()).map(\.description)
      let results = try run(graph)
      if let error { return problems + ["\(site): it was to be refused with \"\(error)\", but it runs"] }
      problems += try expectationProblems(results)
      problems += try viewProblems(bound)
      if checksGradient { problems += try gradientProblems(graph) }
      return problems
    } catch {
      let wanted = self.error.map { error.description.contains($0) } ?? false
      return wanted ? [] : ["\(site): \(error)"]
    }
  }

  private func textProblems(_ graph: Graph) throws(Diagnostic) -> [String] {
    let again = try Graph.parse(graph.description, file: "printed", ops: ops)
    return again == [graph] ? [] : ["\(site): what it prints reads as another graph:\n\(graph)"]
  }

  private func expectationProblems(_ results: [Name: Tensor]) throws(Diagnostic) -> [String] {
    var problems: [String] = []
    for (name, result) in results.sorted(by: { $0.key < $1.key }) {
      guard let expected = expected[name] else {
        problems.append("\(site): nothing is said of output \(name); it gives \(try result.directive())")
        continue
      }
      guard try !result.isClose(to: expected) else { continue }
      problems.append("\(site): \(name) is \(try result.directive()), expected \(try expected.directive())")
    }
    for name in expected.keys.sorted() where results[name] == nil {
      problems.append("\(site): there is no output \(name)")
    }
    return problems
  }

  /// Where a result that is said to be a view is not that part of its operand's bytes.
  private func viewProblems(_ graph: Graph) throws(Diagnostic) -> [String] {
    var open = graph
    open.outputs = graph.allValues.map { Output(graph[$0].name, $0) }
    let results = try run(open)
    return graph.nodes.compactMap { node in
      let types = node.inputs.map { graph[$0].type }
      guard let view = node.op.view(types, node.type), let result = results[node.name],
        let operand = results[graph[node.inputs[view.input]].name]
      else { return nil }
      let part = operand.withBytes { Array($0.dropFirst(view.offset).prefix(result.byteCount)) }
      return part == result.withBytes(Array.init) ? nil : "\(site): \(node.name.sigil) is no \(view)"
    }
  }

  /// The directives with the outputs as they are now.
  package func blessed(_ directives: [CaseFile.Directive]) throws(Diagnostic) -> [CaseFile.Directive] {
    guard error == nil else { return directives }
    var blessed = directives.filter { $0.word != "gives" }
    for (name, result) in try run(graph()).sorted(by: { $0.key < $1.key }) {
      blessed.append(CaseFile.Directive("gives", name.text, try result.directive()))
    }
    return blessed
  }
}

extension Tensor {
  /// Whether the types are the same and each element is `other`'s up to a few roundings; NaN is NaN.
  package func isClose(to other: Tensor) throws(Diagnostic) -> Bool {
    guard type == other.type else { return false }
    if !type.element.isFloat { return try integers() == other.integers() }
    let tolerance =
      switch type.element {
      case .f64: 1e-12
      case .f32: 5e-7
      case .f16: 1e-3
      case .bf16: 1e-2
      default: 0.0
      }
    return zip(try reals(), try other.reals()).allSatisfy { a, b in
      a == b || (a.isNaN && b.isNaN) || (a - b).magnitude <= tolerance * max(1, b.magnitude)
    }
  }
}
