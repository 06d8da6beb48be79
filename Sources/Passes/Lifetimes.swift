package import Graphs
package import Tensors

/// A graph cut in two by how long its values live: what is computed once per clip, and what remains to be
/// computed at every step. Weights-only work is neither's: the plan's prologue does it once per load.
///
///     %k = linear(%text, %w); %y = attention(%q, %k, %v)
///     ->  @g.clip(%text) { %k = …; return %k }   @g.step(%x, %k) { … attention(%q, %k, %v) … }
package struct Lifetimes: Sendable, Equatable {
  /// Takes the clip inputs; its outputs are inputs of `step` by the same names.
  package var clip: Graph
  /// Takes the other inputs of the whole and the outputs of `clip`.
  package var step: Graph

  /// Cuts `graph`: `clipInputs` are those that stay the same over all steps.
  ///
  /// Throws iff a name is no input of the graph.
  package init(_ graph: Graph, clipInputs: Set<Name>) throws(Diagnostic) {
    let inputs = graph.inputs
    let known = Set(inputs.map { graph[$0].name })
    if let stray = clipInputs.subtracting(known).min() { throw .noInput(stray, known.sorted(), graph.name) }
    let isStep = graph.depending(on: Set(inputs.filter { !clipInputs.contains(graph[$0].name) }))
    let isClip = graph.depending(on: Set(inputs.filter { clipInputs.contains(graph[$0].name) }))

    // What the step reads of the clip: computed values and clip inputs themselves.
    var isBoundary = Array(repeating: false, count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() where isStep[index] {
      for input in node.inputs where isClip[Int(input.index)] && !isStep[Int(input.index)] {
        isBoundary[Int(input.index)] = true
      }
    }
    for output in graph.outputs where !isStep[Int(output.value.index)] {
      isBoundary[Int(output.value.index)] = true
    }
    let boundary = graph.allValues.filter { isBoundary[Int($0.index)] }

    clip = Graph(name: graph.name + ".clip")
    step = Graph(name: graph.name + ".step")
    var inClip: [Value: Value] = [:]
    var inStep: [Value: Value] = [:]
    for value in inputs {
      let node = graph[value]
      if clipInputs.contains(node.name) { inClip[value] = try clip.input(node.name, node.type) }
      else { inStep[value] = try step.input(node.name, node.type) }
    }
    for value in boundary { inStep[value] = try step.input(graph[value].name, graph[value].type) }
    for value in graph.allValues where !(graph[value].op is Input) {
      if isStep[Int(value.index)] {
        try Lifetimes.copy(value, of: graph, to: &step, &inStep)
      } else {
        try Lifetimes.copy(value, of: graph, to: &clip, &inClip)
        if !isClip[Int(value.index)], !isBoundary[Int(value.index)] {
          try Lifetimes.copy(value, of: graph, to: &step, &inStep)
        }
      }
    }
    for value in boundary { clip.outputs.append(Output(graph[value].name, inClip[value] ?? value)) }
    for output in graph.outputs {
      guard let value = inStep[output.value] else { continue }
      step.outputs.append(Output(output.name, value))
    }
    clip = try clip.removingDead()
    step = try step.removingDead()
  }

  private static func copy(
    _ value: Value, of graph: Graph, to target: inout Graph, _ places: inout [Value: Value]
  ) throws(Diagnostic) {
    let node = graph[value]
    let inputs = node.inputs.compactMap { places[$0] }
    guard inputs.count == node.inputs.count else { throw .severed(node.name) }
    places[value] = try target.add(node.op, inputs, name: node.name)
  }
}

extension Diagnostic {
  fileprivate static func noInput(_ name: Name, _ known: [Name], _ graph: String) -> Diagnostic {
    Diagnostic(
      "@\(graph) has no input \(name)",
      help: "its inputs are \(known.map(\.text).joined(separator: ", "))")
  }
  fileprivate static func severed(_ name: Name) -> Diagnostic {
    Diagnostic("\(name.sigil) needs a value of the other lifetime", kind: .software)
  }
}
