package import Graphs
import Operators
package import Tensors

/// Where a backbone attends to its text: found by data flow, never by name.
///
///     %q = … %x …        %k, %v = … %text …
///     %a = attention(%q, %k, %v)
///     %y = add(%x, … %a …)                    <- the site
package struct TextAttention: Sendable {
  /// The attention whose queries come from the stream and whose keys and values come from the text alone.
  package let attention: Value
  /// The stream before: what the branch's result is added to.
  package let stream: Value
  /// What is added to the stream.
  package let branch: Value
  /// The stream after.
  package let sum: Value

  /// The sites of `graph`, in order. `latents` and `text` name inputs; what is not named is told by the flow of
  /// data: a denoiser returns what its latents are, and every other input may be the text.
  ///
  /// Throws iff the graph lacks an input, several could be the latents, or an attention to the text is not added
  /// back to its stream.
  package static func sites(in graph: Graph, latents: Name? = nil, text: Name? = nil) throws(Diagnostic)
    -> [TextAttention]
  {
    let words = try text.map { (name) throws(Diagnostic) in try graph.input(name) }
    let candidates: [Value]
    if let latents {
      candidates = [try graph.input(latents)]
    } else {
      let like = graph.outputs.first.map { graph[$0.value].type.dims }
      candidates = graph.inputs.filter { $0 != words && graph[$0].type.dims == like }
    }
    let flows = candidates.map { attentions(in: graph, from: $0, to: words) }
    let found = flows.filter { !$0.isEmpty }
    guard !flows.isEmpty, found.count <= 1 else { throw .noLatents(candidates, graph) }
    let readers = graph.readers()
    var sites: [TextAttention] = []
    for value in found.first ?? [] {
      guard let site = site(of: value, in: graph, readers) else { throw .notAdded(graph[value].name) }
      sites.append(site)
    }
    return sites
  }

  /// The attentions whose queries depend on `latents` and whose keys and values depend on `text`, but not on
  /// `latents`. Without a text any other input will do.
  private static func attentions(in graph: Graph, from latents: Value, to text: Value?) -> [Value] {
    let isStream = graph.depending(on: [latents])
    let isText = graph.depending(on: text.map { [$0] } ?? Set(graph.inputs.filter { $0 != latents }))
    return graph.allValues.filter { value in
      let inputs = graph[value].inputs.map { Int($0.index) }
      guard graph[value].op.isAttention, inputs.count >= 3 else { return false }
      return isStream[inputs[0]] && inputs[1...2].allSatisfy { isText[$0] && !isStream[$0] }
    }
  }

  /// Follows the attention's result through single readers to the sum that takes it back into its stream.
  private static func site(of attention: Value, in graph: Graph, _ readers: [[Value]]) -> TextAttention? {
    let isBranch = graph.depending(on: [attention])
    let above = graph.reaching([attention])
    var branch = attention
    while readers[Int(branch.index)].count == 1, let next = readers[Int(branch.index)].first {
      if graph[next].op is Add {
        let others = graph[next].inputs.filter { !isBranch[Int($0.index)] }
        // The stream is what the queries were made of; a bias is not.
        if let stream = others.first, above[Int(stream.index)], !(graph[stream].op is Parameter) {
          return TextAttention(attention: attention, stream: stream, branch: branch, sum: next)
        }
      }
      branch = next
    }
    return nil
  }
}

extension Graph {
  /// The input called `name`. Throws iff there is none.
  fileprivate func input(_ name: Name) throws(Diagnostic) -> Value {
    guard let value = self[named: name], self[value].op is Input else { throw .noInput(name, self) }
    return value
  }

  /// For each node those that read it; one that reads it twice stands twice.
  fileprivate func readers() -> [[Value]] {
    var readers: [[Value]] = Array(repeating: [], count: nodes.count)
    for value in allValues {
      for input in self[value].inputs { readers[Int(input.index)].append(value) }
    }
    return readers
  }
}

extension Diagnostic {
  fileprivate static func noInput(_ name: Name, _ graph: Graph) -> Diagnostic {
    Diagnostic("@\(graph.name) has no input \(name)", help: "its inputs are \(list(graph.inputs, graph))")
  }
  fileprivate static func noLatents(_ candidates: [Value], _ graph: Graph) -> Diagnostic {
    let output = graph.outputs.first.map { " \(graph[$0.value].type)" } ?? ""
    return Diagnostic(
      candidates.isEmpty
        ? "no input of @\(graph.name) has the dims of its first output\(output), as the latents of a denoiser have"
        : "\(list(candidates, graph)) of @\(graph.name) could each be its latents",
      help: "name them with --latents: the inputs are \(list(graph.inputs, graph))")
  }
  private static func list(_ values: [Value], _ graph: Graph) -> String {
    values.map { graph[$0].name.text }.joined(separator: ", ")
  }
  fileprivate static func notAdded(_ name: Name) -> Diagnostic {
    Diagnostic(
      "\(name.sigil) attends to the text, but its result is not added back to the stream it queries from",
      help: "the video attention can only be inserted behind a residual sum")
  }
}
