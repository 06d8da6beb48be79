package import Graphs
package import Tensors

extension Graph {
  /// The inputs among `tensors`, by name, each in the element type that the graph takes.
  ///
  /// `notes` tells what was converted and what is no input. Throws iff an input is missing or cannot be
  /// converted without a change of its values: all of them at once, with what the graph takes.
  package func inputs(among tensors: [(name: Name, tensor: Tensor)], from path: String) throws(Diagnostic)
    -> (inputs: [Name: Tensor], notes: [String])
  {
    var given = Dictionary(tensors.map { ($0.name, $0.tensor) }) { first, _ in first }
    var inputs: [Name: Tensor] = [:]
    var (notes, problems): ([String], [String]) = ([], [])
    for value in self.inputs {
      let (name, type) = (self[value].name, self[value].type)
      guard let tensor = given.removeValue(forKey: name) else {
        problems.append("\(name) is missing")
        continue
      }
      guard let fitting = tensor.exactly(as: type.element), tensor.type.rank == type.rank else {
        problems.append("\(name) is \(tensor.type)")
        continue
      }
      inputs[name] = fitting
      if tensor.type.element != type.element {
        notes.append("input \(name) is converted from \(tensor.type.element) to \(type.element)")
      }
    }
    let others = tensors.map(\.name).filter { given[$0] != nil }
    guard problems.isEmpty else { throw .unfit(self, problems, others, path) }
    if !others.isEmpty { notes.append("not an input of @\(name): \(others.list)") }
    return (inputs, notes)
  }
}

extension [Name] {
  fileprivate var list: String {
    prefix(12).map(\.text).joined(separator: ", ") + (count > 12 ? " and \(count - 12) more" : "")
  }
}

extension Diagnostic {
  fileprivate static func unfit(_ graph: Graph, _ problems: [String], _ others: [Name], _ path: String)
    -> Diagnostic
  {
    let expected = graph.inputs.map { "\(graph[$0].name): \(graph[$0].type)" }.joined(separator: ", ")
    return Diagnostic(
      "the inputs do not fit @\(graph.name): \(problems.joined(separator: ", "))", at: path,
      note: others.isEmpty ? nil : "the file also holds \(others.list)",
      help: "@\(graph.name) takes \(expected)")
  }
}
