package import Graphs
import Operators
package import Tensors

/// An ONNX model as a graph of ours and the weights it names.
package struct ImportedModel: Sendable {
  /// Inputs and outputs carry the file's names; the dims that the file names are named.
  package let graph: Graph
  /// The tensors at the paths of the graph's parameters, mapped where the file allows it.
  package let parameters: [Name: Tensor]
  /// What is odd about the file but no error, a sentence each.
  package let notes: [String]

  /// Translates the main graph of `model`.
  ///
  /// `given` are values of inputs: their types become the inputs' types, and where a shape depends on what an
  /// operand holds it is computed from them, so that the graph serves inputs of these types and, as far as
  /// shapes follow from values, of these values. Without them such nodes are imported as `deferred`; nodes of
  /// operators that are not understood are imported as `unsupported`. `lengths` are those of named dims, where
  /// they are known already. `texts` are values of inputs that are
  /// texts; the graph has no such inputs, but is what the model is for these values.
  ///
  /// Throws iff the graph breaks a rule of the format: a name nobody makes, a cycle, types that do not fit.
  package init(
    _ model: ModelProto, name: String, given: [Name: Tensor] = [:], texts: [Name: TextTensor] = [:],
    lengths: [String: Int] = [:]
  ) throws(Diagnostic) {
    let given = Given(tensors: given, texts: texts, lengths: lengths)
    let translation = try Translation.agreeing(model, name: name, given: given)
    let live = try translation.graph.removingDead()
    graph = try live.readingWide().holdingFrequencies(translation.parameters)
    let used = Set(graph.parameters.map(\.parameter.path))
    parameters = translation.parameters.filter { used.contains($0.key) }
    notes = model.notes + translation.notes
  }

  /// The tensor at `path`. Throws iff there is none.
  package func parameter(_ path: Name) throws(Diagnostic) -> Tensor {
    guard let tensor = parameters[path] else { throw .missing(path) }
    return tensor
  }
}

extension Diagnostic {
  fileprivate static func missing(_ path: Name) -> Diagnostic {
    Diagnostic("the model holds no tensor \(path.quoted)", kind: .software)
  }
}
