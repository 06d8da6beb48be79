import Graphs
import Operators
import Tensors

/// The bridge of one block.
struct VideoAttention {
  static let video: Name = "video"
  static let scale: Name = "video_scale"
  static let keep: Name = "video_keep"

  let bridge: Bridge
  let block: Int

  /// Of the stream.
  private var width: Int { bridge.widths[block] }

  /// Appends the attention of `stream` `[B, N, d]` to the video and returns their sum.
  func insert(after stream: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    guard let video = g[named: Self.video], let scale = g[named: Self.scale] else { throw .noVideo() }
    let tokens = try normedVideo(try shown(try adapted(video, in: &g), in: &g), in: &g)
    let query = try linear(try queryNorm(stream, in: &g), "to_q", width, in: &g, "q")
    let (key, content) = try keyAndValue(tokens, in: &g)
    let (q, k) = try positioned(
      try headNorm(query, "q_norm", in: &g), try headNorm(key, "k_norm", in: &g), in: &g)
    let attention = Attention(
      heads: bridge.heads, kvHeads: bridge.heads, scale: 1 / Double(bridge.headDim).squareRoot())
    let mixed = try g.add(attention, [q, k, content], name: "attention")
    let result = try linear(mixed, "to_out", bridge.innerDim, out: width, in: &g, "out")
    var factor = try rowScale(scale, in: &g)
    if bridge.gate {
      let gate = try weight("gate", [], in: &g)
      factor = try g.add(Multiply(), [factor, gate], name: "gated_scale")
    }
    let scaled = try g.add(Multiply(), [result, factor], name: "scaled")
    return try g.add(Add(), [stream, scaled], name: "sum")
  }

  /// The video behind its adapter; once for all blocks where it is shared.
  private func adapted(_ video: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    let prefix: String
    switch bridge.adapter {
    case .none: return video
    case .perBlock: prefix = "blocks.\(block).adapter"
    case .shared:
      prefix = "adapter"
      if let known = g[named: "video_adapter.sum"] { return known }
    }
    let (width, hidden) = (bridge.videoDim, bridge.adapterHidden)
    let w0 = try g.parameter(Name("\(prefix).0.weight"), .f32(Dim(hidden), Dim(width)), frozen: false)
    let b0 = try g.parameter(Name("\(prefix).0.bias"), .f32(Dim(hidden)), frozen: false)
    let w2 = try g.parameter(Name("\(prefix).2.weight"), .f32(Dim(width), Dim(hidden)), frozen: false)
    let b2 = try g.parameter(Name("\(prefix).2.bias"), .f32(Dim(width)), frozen: false)
    let outer = g.scope
    g.scope = bridge.adapter == .shared ? "video_adapter" : Name("adapter").prefixed(by: outer)
    defer { g.scope = outer }
    let wide = try g.add(Linear(), [video, w0, b0], name: "0")
    let bent = try g.add(GELU(approximation: .none), [wide], name: "gelu")
    let narrow = try g.add(Linear(), [bent, w2, b2], name: "2")
    return try g.add(Add(), [video, narrow], name: "sum")
  }

  /// The tokens that are not left out; the others are zero.
  private func shown(_ tokens: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    guard let keep = g[named: Self.keep] else { return tokens }
    return try g.add(Multiply(), [tokens, keep], name: "shown")
  }

  /// The scale, and 0 for rows of which no token is shown: biases would make them add something.
  private func rowScale(_ scale: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    guard bridge.bias || bridge.videoNorm, let keep = g[named: Self.keep] else { return scale }
    let any = try g.add(Max(axes: [1], keep: true), [keep], name: "shows_any")
    return try g.add(Multiply(), [scale, any], name: "row_scale")
  }

  private func normedVideo(_ video: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    guard bridge.videoNorm else { return video }
    return try norm(video, "video_norm", bridge.videoDim, in: &g)
  }

  private func queryNorm(_ stream: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    try norm(stream, "query_norm", width, in: &g)
  }

  private func norm(_ x: Value, _ name: String, _ width: Int, in g: inout Graph) throws(Diagnostic) -> Value {
    let gain = try weight("\(name).weight", [width], in: &g)
    let shift = try weight("\(name).bias", [width], in: &g)
    return try g.add(LayerNorm(eps: bridge.normEpsilon), [x, gain, shift], name: Name(name))
  }

  /// Queries or keys normalised over the head dim, where the bridge does that.
  private func headNorm(_ x: Value, _ name: String, in g: inout Graph) throws(Diagnostic) -> Value {
    guard bridge.qkNorm else { return x }
    let dims = g[x].type.dims
    let heads = [Dim(bridge.heads), Dim(bridge.headDim)]
    let split = try g.add(Reshape(dims: Array(dims.dropLast()) + heads), [x], name: Name("\(name).heads"))
    let normed = try norm(split, name, bridge.headDim, in: &g)
    return try g.add(Reshape(dims: dims), [normed], name: Name("\(name).merged"))
  }

  /// Keys and values: the two halves of one matrix, keys first.
  private func keyAndValue(_ tokens: Value, in g: inout Graph) throws(Diagnostic) -> (Value, Value) {
    let (inner, width) = (bridge.innerDim, bridge.videoDim)
    let matrix = try weight("to_kv.weight", [2 * inner, width], in: &g)
    let offset = bridge.bias ? try weight("to_kv.bias", [2 * inner], in: &g) : nil
    var halves: [Value] = []
    for (half, name) in ["k", "v"].enumerated() {
      let rows = Slice(axis: 0, start: Dim(half * inner), length: Dim(inner))
      var inputs = [tokens, try g.add(rows, [matrix], name: Name("\(name).weight"))]
      if let offset { inputs.append(try g.add(rows, [offset], name: Name("\(name).bias"))) }
      halves.append(try g.add(Linear(), inputs, name: Name(name)))
    }
    return (halves[0], halves[1])
  }

  private func linear(
    _ x: Value, _ name: String, _ width: Int, out: Int? = nil, in g: inout Graph, _ node: Name
  ) throws(Diagnostic) -> Value {
    let rows = out ?? bridge.innerDim
    var inputs = [x, try weight("\(name).weight", [rows, width], in: &g)]
    if bridge.bias { inputs.append(try weight("\(name).bias", [rows], in: &g)) }
    return try g.add(Linear(), inputs, name: node)
  }

  private func weight(_ name: String, _ shape: [Int], in g: inout Graph) throws(Diagnostic) -> Value {
    let path = Name("blocks.\(block).\(name)")
    let value = try g.parameter(path, TensorType(.f32, shape: shape), frozen: false)
    guard g[value].as(Parameter.self)?.frozen != true else { throw .taken(path) }
    return value
  }
}

extension Diagnostic {
  fileprivate static func taken(_ path: Name) -> Diagnostic {
    Diagnostic("the backbone has a parameter \(path.quoted), which is the bridge's to have")
  }
  fileprivate static func noVideo() -> Diagnostic {
    Diagnostic("the video inputs are not declared", kind: .software)
  }
}
