import Graphs
import Operators
package import Tensors

extension Pass {
  /// Inserts the video cross-attention behind every text cross-attention.
  ///
  ///     %y = add(%x, text_attention(norm(%x), %text))
  ///     ->
  ///     %y  = add(%x, text_attention(norm(%x), %text))
  ///     %v  = add(%video, adapter(%video))
  ///     %y1 = add(%y, scale · gate · attention(norm(%y)·Wq, %v·Wk, %v·Wv)·Wo)
  ///
  /// The inputs `video` `[B, F·P, video dim]` (F encoded frames of P tokens) and `video_scale` `[]` come
  /// behind the graph's own. Parameters are trainable and lie at `blocks.N.…` of the bridge's checkpoint.
  /// With scale 0 the graph computes what the backbone does. Applied to a bridged graph it changes nothing.
  ///
  /// With `dropping`, as training has it, a third input `video_keep` `[B, F·P, 1]` is 1 for the tokens that are
  /// shown and 0 for those left out, which are zero behind their adapter; a row without any video adds nothing.
  ///
  /// `latents` and `text` name inputs, where the flow of data leaves them open. Throws iff the graph does not have
  /// `bridge.depth` text cross-attentions on streams of its widths.
  package static func insertVideoAttention(
    _ bridge: Bridge, dropping: Bool = false, latents: Name? = nil, text: Name? = nil
  ) -> Pass {
    Pass("insert-video-attention", "attend to the video behind every text attention") {
      (graph) throws(Diagnostic) in
      guard !graph.isBridged else { return graph }
      try bridge.check()
      let sites = try TextAttention.sites(in: graph, latents: latents, text: text)
      let selection = try Selection(graph, sites.map(\.sum))
        .expecting(bridge.depth, "text cross-attentions")
      try bridge.check(sites, in: graph)
      guard let first = sites.first else { return graph }
      let batch = graph[first.sum].type.dims[0]
      let places = TextAttention.places(of: sites, in: graph)
      let tokens = Dim("F") * Dim(bridge.pooling.tokensPerFrame) ?? "F"
      let type = TensorType(.f32, [batch, tokens, Dim(bridge.videoDim)])
      var inputs: [(name: Name, type: TensorType)] = [
        (VideoAttention.video, type), (VideoAttention.scale, TensorType(.f32, shape: [])),
      ]
      if dropping { inputs.append((VideoAttention.keep, TensorType(.f32, [batch, tokens, 1]))) }
      return try selection.inserting(inputs: inputs) { (g, block, stream) throws(Diagnostic) in
        try g.scoped(Name("\(places[block]).video_attention")) { (g) throws(Diagnostic) in
          try VideoAttention(bridge: bridge, block: block).insert(after: stream, in: &g)
        }
      }
    }
  }
}

extension Bridge {
  /// Throws iff a stream is no `[B, N, d]` of the width that the bridge has there, or positions in seconds meet
  /// streams of different lengths.
  fileprivate func check(_ sites: [TextAttention], in graph: Graph) throws(Diagnostic) {
    for (site, width) in zip(sites, widths) {
      let stream = graph[site.sum]
      guard stream.type.rank == 3 else { throw .rank(stream) }
      guard stream.type.dims[2].fixed == width else { throw .width(stream, width) }
    }
    guard positions == .seconds, ropeDims > 0 else { return }
    let lengths = Set(sites.map { graph[$0.sum].type.dims[1] })
    guard lengths.count <= 1 else { throw .rates(lengths) }
  }
}

extension TextAttention {
  /// The part of each sum's name that names its block: up to the first number that tells it from the other
  /// blocks, else the whole.
  fileprivate static func places(of sites: [TextAttention], in graph: Graph) -> [String] {
    let names = sites.map { graph[$0.sum].name.text.split(separator: ".", omittingEmptySubsequences: false) }
    return names.enumerated().map { index, parts in
      let numbers = parts.indices.filter { Int(parts[$0]) != nil }
      let end = numbers.first { end in
        names.enumerated().allSatisfy { $0 == index || !$1.starts(with: parts[...end]) }
      }
      return parts[...(end ?? parts.endIndex - 1)].joined(separator: ".")
    }
  }
}

extension Graph {
  /// Whether the inputs of a bridge are declared.
  fileprivate var isBridged: Bool {
    [VideoAttention.video, VideoAttention.scale].allSatisfy { name in
      self[named: name].map { self[$0].op is Input } ?? false
    }
  }
}

extension Diagnostic {
  fileprivate static func rank(_ stream: Node) -> Diagnostic {
    Diagnostic(
      "the stream \(stream.name.sigil) is \(stream.type), but the bridge reads [batch, tokens, width]")
  }
  fileprivate static func rates(_ lengths: Set<Dim>) -> Diagnostic {
    let list = lengths.map(\.description).sorted().joined(separator: ", ")
    return Diagnostic(
      "the streams have \(list) tokens, but positions in seconds know one rate",
      help: "make the bridge with --positions ratio")
  }
  fileprivate static func width(_ stream: Node, _ expected: Int) -> Diagnostic {
    Diagnostic(
      "the stream \(stream.name.sigil) is \(stream.type), but the bridge is for width \(expected)",
      help: "use the bridge that was made for this backbone")
  }
}
