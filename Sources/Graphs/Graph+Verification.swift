package import Tensors

extension Graph {
  /// Everything wrong with the graph: a value read before it stands, a type its op does not infer, a name
  /// taken twice, an input behind a node, an output name given twice. Empty for every graph grown by `add`.
  package func problems() -> [Diagnostic] {
    var problems: [Diagnostic] = []
    var names: Set<Name> = []
    var sawNode = false
    for (index, node) in nodes.enumerated() {
      let site = line(of: node)
      if !names.insert(node.name).inserted { problems.append(.repeatedName(node.name, site)) }
      if node.op is Input { if sawNode { problems.append(.lateInput(site)) } } else { sawNode = true }
      guard node.inputs.allSatisfy({ Int($0.index) < index }) else {
        problems.append(.forwardUse(site))
        continue
      }
      do {
        let type = try node.op.infer(node.inputs.map { self[$0].type })
        if type != node.type { problems.append(.wrongType(node.type, type, site)) }
      } catch {
        problems.append(error.located(at: site))
      }
    }
    if Set(outputs.map(\.name)).count != outputs.count { problems.append(.repeatedOutput(name)) }
    return problems
  }

  /// Throws the first of `problems()`.
  package func verify() throws(Diagnostic) {
    if let problem = problems().first { throw problem }
  }
}

extension Diagnostic {
  fileprivate static func repeatedName(_ name: Name, _ site: String) -> Diagnostic {
    Diagnostic("the name \(name.sigil) stands twice", at: site)
  }
  fileprivate static func lateInput(_ site: String) -> Diagnostic {
    Diagnostic("an input stands behind a node", at: site)
  }
  fileprivate static func forwardUse(_ site: String) -> Diagnostic {
    Diagnostic("a value is read before it stands", at: site)
  }
  fileprivate static func wrongType(_ written: TensorType, _ inferred: TensorType, _ site: String)
    -> Diagnostic
  {
    Diagnostic("the node is \(written), but its op gives \(inferred)", at: site)
  }
  fileprivate static func repeatedOutput(_ graph: String) -> Diagnostic {
    Diagnostic("two outputs of @\(graph) have one name", at: "@\(graph)")
  }
}
