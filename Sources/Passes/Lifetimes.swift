package import Graphs
package import Tensors

/// A graph cut in two by how long its values live: what is computed once per clip, and what remains to be
/// computed at every step. Weights-only work is neither's: the plan's prologue does it once per load.
///
///     %k = linear(%text, %w); %y = attention(%q, %k, %v)
///     ->  @g.clip(%text) { %k = …; return %k }   @g.step(%x, %k) { … attention(%q, %k, %v) … }
///
/// A value belongs to the step also where only a step input says one of its lengths: bind those lengths
/// first to have it computed once.
package struct Lifetimes: Sendable, Equatable {
  /// Takes the clip inputs; its outputs are inputs of `step` by the same names.
  package private(set) var clip: Graph
  /// Takes the other inputs of the whole and the outputs of `clip`.
  package private(set) var step: Graph

  /// Cuts `graph`: `clipInputs` are those that stay the same over all steps.
  ///
  /// Throws iff a name is no input of the graph.
  package init(_ graph: Graph, clipInputs: Set<Name>) throws(Diagnostic) {
    let inputs = graph.inputs
    let known = Set(inputs.map { graph[$0].name })
    if let stray = clipInputs.subtracting(known).min() { throw .noInput(stray, known.sorted(), graph.name) }
    let ofClip = inputs.filter { clipInputs.contains(graph[$0].name) }
    let ofStep = inputs.filter { !clipInputs.contains(graph[$0].name) }
    let lengths = (clip: graph.lengthNames(boundBy: ofClip), step: graph.lengthNames(boundBy: ofStep))
    let isStep = try graph.depending(on: ofStep, orLengths: lengths.step.subtracting(lengths.clip))
    let isClip = try graph.depending(on: ofClip, orLengths: lengths.clip.subtracting(lengths.step))
    let boundary = graph.boundary(isClip: isClip, isStep: isStep, ofClip, lengths.step)

    clip = Graph(name: graph.name + ".clip")
    step = Graph(name: graph.name + ".step")
    var inClip: [Value: Value] = [:]
    var inStep: [Value: Value] = [:]
    for value in ofClip { inClip[value] = try clip.input(graph[value].name, graph[value].type) }
    for value in ofStep + boundary { inStep[value] = try step.input(graph[value].name, graph[value].type) }
    for value in graph.allValues where !(graph[value].op is Input) {
      let place = Int(value.index)
      if !isStep[place] { try Lifetimes.copy(value, of: graph, to: &clip, &inClip) }
      if isStep[place] || !isClip[place] { try Lifetimes.copy(value, of: graph, to: &step, &inStep) }
    }
    for value in boundary {
      guard let place = inClip[value] else { throw .severed(graph[value].name) }
      clip.outputs.append(Output(graph[value].name, place))
    }
    for output in graph.outputs {
      guard let place = inStep[output.value] else { throw .severed(output.name) }
      step.outputs.append(Output(output.name, place))
    }
    clip = try clip.removingDead()
    step = try step.removingDead()
  }

  private static func copy(
    _ value: Value, of graph: Graph, to target: inout Graph, _ places: inout [Value: Value]
  ) throws(Diagnostic) {
    guard places[value] == nil else { return }
    let node = graph[value]
    let inputs = node.inputs.compactMap { places[$0] }
    guard inputs.count == node.inputs.count else { throw .severed(node.name) }
    places[value] = try target.add(node.op, inputs, name: node.name)
  }
}

extension Graph {
  /// The named lengths that runs read off the given inputs.
  fileprivate func lengthNames(boundBy inputs: [Value]) -> Set<String> {
    Set(inputs.flatMap { self[$0].type.dims.compactMap { $0.linear?.name } })
  }

  /// For each node whether it depends on one of `inputs`, or speaks of one of `lengths`.
  fileprivate func depending(on inputs: [Value], orLengths lengths: Set<String>) throws(Diagnostic) -> [Bool]
  {
    var sources = Set(inputs)
    for value in allValues where !(self[value].op is Input) {
      if try !self[value].lengthNames().isDisjoint(with: lengths) { sources.insert(value) }
    }
    return depending(on: sources)
  }

  /// The values of the clip that the step or the caller reads, and clip inputs that alone say a length which
  /// the step speaks of.
  fileprivate func boundary(isClip: [Bool], isStep: [Bool], _ ofClip: [Value], _ stepLengths: Set<String>)
    -> [Value]
  {
    var isBoundary = Array(repeating: false, count: nodes.count)
    func read(_ value: Value) {
      let place = Int(value.index)
      if isClip[place], !isStep[place] { isBoundary[place] = true }
    }
    var spoken: Set<String> = []
    for (index, node) in nodes.enumerated() where isStep[index] {
      node.inputs.forEach(read)
      spoken.formUnion((try? node.lengthNames()) ?? [])
    }
    outputs.forEach { read($0.value) }
    var known = stepLengths.union(lengthNames(boundBy: allValues.filter { isBoundary[Int($0.index)] }))
    for input in ofClip where !lengthNames(boundBy: [input]).intersection(spoken).isSubset(of: known) {
      isBoundary[Int(input.index)] = true
      known.formUnion(lengthNames(boundBy: [input]))
    }
    return allValues.filter { isBoundary[Int($0.index)] }
  }
}

extension Node {
  /// The named lengths of the result and of the attributes.
  fileprivate func lengthNames() throws(Diagnostic) -> Set<String> {
    var names = type.lengthNames
    for attribute in try op.attributes() { names.formUnion(attribute.value.lengthNames) }
    return names
  }
}

extension TensorType {
  fileprivate var lengthNames: Set<String> { dims.reduce(into: []) { $0.formUnion($1.names) } }
}

extension Attribute {
  fileprivate var lengthNames: Set<String> {
    switch self {
    case .dim(let dim): dim.names
    case .type(let type): type.lengthNames
    case .list(let items): items.reduce(into: []) { $0.formUnion($1.lengthNames) }
    default: []
    }
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
