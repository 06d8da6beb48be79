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

  /// The sites of `graph`, in order. `latents` and `text` name inputs.
  ///
  /// Throws iff the graph lacks an input, or an attention to the text is not added back to its stream.
  package static func sites(in graph: Graph, latents: Name, text: Name) throws(Diagnostic)
    -> [TextAttention]
  {
    guard let stream = graph[named: latents], graph[stream].op is Input else {
      throw .noInput(latents, graph)
    }
    guard let words = graph[named: text], graph[words].op is Input else { throw .noInput(text, graph) }
    let isStream = graph.depending(on: [stream])
    let isText = graph.depending(on: [words])
    let readers = graph.readers()
    var sites: [TextAttention] = []
    for value in graph.allValues {
      let inputs = graph[value].inputs
      guard graph[value].op.isAttention, inputs.count >= 3 else { continue }
      let (query, key, content) = (Int(inputs[0].index), Int(inputs[1].index), Int(inputs[2].index))
      guard isStream[query], isText[key], isText[content], !isStream[key], !isStream[content] else {
        continue
      }
      guard let site = site(of: value, in: graph, readers) else { throw .notAdded(graph[value].name) }
      sites.append(site)
    }
    return sites
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
    let known = graph.inputs.map { graph[$0].name.text }.joined(separator: ", ")
    return Diagnostic("@\(graph.name) has no input \(name)", help: "its inputs are \(known)")
  }
  fileprivate static func notAdded(_ name: Name) -> Diagnostic {
    Diagnostic(
      "\(name.sigil) attends to the text, but its result is not added back to the stream it queries from",
      help: "the video attention can only be inserted behind a residual sum")
  }
}
