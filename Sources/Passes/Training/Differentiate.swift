import Graphs
import Operators
import Tensors

extension Pass {
  /// Adds the gradient of the loss by every trainable parameter, as an output `gradient.PATH` of its type.
  ///
  ///     %w = parameter path="w" frozen=false;  return %loss
  ///     ->  %w an input;                       return %loss, gradient.w = %g
  ///
  /// The trainable parameters become inputs of the names of their paths, behind the graph's own: they change
  /// from run to run, so that nothing computed from them may be kept. No node is made for a frozen parameter,
  /// or for what no trainable one reaches. The loss is the graph's only output, of one element. A graph without
  /// trainable parameters stays as it is.
  ///
  /// Throws iff the graph has not one such output, a trainable parameter does not reach it, or an op between
  /// them has no gradient.
  package static let differentiate = Pass(
    "differentiate", "the gradient of the loss by every trainable parameter"
  ) { (graph) throws(Diagnostic) in
    try graph.differentiated()
  }
}

extension Graph {
  fileprivate func differentiated() throws(Diagnostic) -> Graph {
    let trainable = parameters.map(\.parameter).filter { !$0.frozen }
    guard !trainable.isEmpty else { return self }
    guard let loss = outputs.first, outputs.count == 1, self[loss.value].type.count == 1 else {
      throw .noLoss(outputs.map { "\($0.name): \(self[$0.value].type)" })
    }
    var graph = try turningIntoInputs(trainable)
    let weights = trainable.compactMap { graph[named: $0.path] }
    let gradients = try graph.gradients(of: graph.outputs[0].value, for: weights)
    for (parameter, gradient) in zip(trainable, gradients) {
      guard let gradient else { throw .apart(parameter.path, loss.name) }
      graph.output("gradient.\(parameter.path)", gradient)
    }
    return graph
  }

  /// The graph with the parameters as inputs behind its own.
  private func turningIntoInputs(_ parameters: [Parameter]) throws(Diagnostic) -> Graph {
    var rebuild = try Rebuild(self, adding: parameters.map { ($0.path, $0.type) })
    let inputs = rebuild.graph.inputs.suffix(parameters.count)
    let places = Dictionary(zip(parameters.map(\.path), inputs)) { first, _ in first }
    try rebuild.walk { (rebuild, value) throws(Diagnostic) in
      guard let parameter = rebuild.old[value].as(Parameter.self), let input = places[parameter.path] else {
        return false
      }
      rebuild.set(value, to: input)
      return true
    }
    return try rebuild.finished()
  }
}

extension Diagnostic {
  fileprivate static func noLoss(_ outputs: [String]) -> Diagnostic {
    let returned = outputs.isEmpty ? "nothing" : outputs.joined(separator: ", ")
    return Diagnostic(
      "a graph is differentiated by its only output, of one element, but this one returns \(returned)",
      help: "append a loss first")
  }
  fileprivate static func apart(_ path: Name, _ loss: Name) -> Diagnostic {
    Diagnostic(
      "the trainable parameter \(path.quoted) does not reach \(loss.sigil), so that nothing would train it",
      help: "freeze it")
  }
}
