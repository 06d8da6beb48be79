package import Graphs
package import Tensors

extension Bridge {
  /// A bridge for the text cross-attentions `sites` of `graph`.
  ///
  /// Where the streams have different numbers of tokens, as in a U-Net, each stretches the video to its own. Throws
  /// iff there is no site, or the width of one is open.
  package init(fitting sites: [TextAttention], of graph: Graph, videoDim: Int) throws(Diagnostic) {
    guard !sites.isEmpty else { throw .noSites(graph) }
    let streams = sites.map { graph[$0.sum].type }
    var widths: [Int] = []
    for (site, stream) in zip(sites, streams) {
      guard stream.rank == 3, let width = stream.dims[2].fixed else { throw .open(graph[site.sum]) }
      widths.append(width)
    }
    self.init(widths: widths, videoDim: videoDim)
    if Set(streams.map { $0.dims[1] }).count > 1 { positions = .ratio }
    // Latents [B, C, L] are a sequence: what the stream holds beyond them stands before them.
    let latents = graph.outputs.first.map { graph[$0.value].type.dims } ?? []
    let others = latents.count == 3 ? streams[0].dims[1] - latents[2] : nil
    prependedTokens = max(0, others?.fixed ?? 0)
  }
}

extension Diagnostic {
  fileprivate static func noSites(_ graph: Graph) -> Diagnostic {
    Diagnostic(
      "@\(graph.name) nowhere attends to a text",
      help: "a bridge goes behind attentions whose keys and values come from an input beside the latents")
  }
  fileprivate static func open(_ stream: Node) -> Diagnostic {
    Diagnostic("the stream \(stream.name.sigil) is \(stream.type), but a bridge reads [batch, tokens, width]")
  }
}
