import Graphs
import Operators
import Tensors

extension VideoAttention {
  /// Queries and keys turned to their positions, each modality by its own.
  func positioned(_ query: Value, _ key: Value, in g: inout Graph) throws(Diagnostic) -> (Value, Value) {
    guard bridge.ropeDims > 0 else { return (query, key) }
    let perFrame = bridge.pooling.tokensPerFrame
    // The first latent frame stands at 0 but in `index`, which numbers the stream as it is.
    let first = Double(-bridge.prependedTokens)
    let tick = bridge.secondsScale / bridge.latentRate
    switch bridge.positions {
    case .index:
      return (try rotated(query, "q_rope", in: &g), try rotated(key, "k_rope", in: &g))
    case .ratio:
      let q = try rotated(query, start: first, "q_rope", in: &g)
      let frames = try frameIndices(of: key, perFrame, in: &g)
      let stretch = try stretch(latentsOf: query, framesOf: key, perFrame, in: &g)
      let positions = try g.add(Multiply(), [frames, stretch], name: "video_positions")
      return (q, try rotated(key, at: positions, "k_rope", in: &g))
    case .seconds:
      let q = try rotated(query, start: first * tick, step: tick, "q_rope", in: &g)
      let frame = bridge.secondsScale / bridge.videoRate
      if perFrame == 1 {
        return (q, try rotated(key, start: frame / 2, step: frame, "k_rope", in: &g))
      }
      let frames = try frameIndices(of: key, perFrame, in: &g)
      let half = try g.add(Constant(0.5), name: "half")
      let middle = try g.add(Add(), [frames, half], name: "frame_middles")
      let length = try g.add(Constant(frame), name: "frame_length")
      let positions = try g.add(Multiply(), [middle, length], name: "video_positions")
      return (q, try rotated(key, at: positions, "k_rope", in: &g))
    }
  }

  private func rotated(
    _ x: Value, at positions: Value? = nil, start: Double = 0, step: Double = 1, _ name: Name,
    in g: inout Graph
  ) throws(Diagnostic) -> Value {
    let rope = RoPE(
      heads: bridge.heads, dims: bridge.ropeDims, base: bridge.ropeBase,
      style: bridge.ropeStyle == .half ? .half : .interleaved, start: start, step: step)
    return try g.add(rope, [x] + (positions.map { [$0] } ?? []), name: name)
  }

  /// `[F·P]`: for each token the number of its frame.
  private func frameIndices(of key: Value, _ perFrame: Int, in g: inout Graph) throws(Diagnostic) -> Value {
    let tokens = g[key].type.dims[1]
    guard let frames = tokens.dividedExactly(by: perFrame) else { throw .unevenFrames(tokens, perFrame) }
    let indices = try g.add(Iota(length: frames, element: .f32), name: "frames")
    guard perFrame > 1 else { return indices }
    let column = try g.add(Reshape(dims: [frames, 1]), [indices], name: "frame_column")
    let grid = try g.add(Broadcast(dims: [frames, Dim(perFrame)]), [column], name: "frame_grid")
    return try g.add(Reshape(dims: [tokens]), [grid], name: "token_frames")
  }

  /// Latent frames a video frame.
  private func stretch(latentsOf query: Value, framesOf key: Value, _ perFrame: Int, in g: inout Graph)
    throws(Diagnostic) -> Value
  {
    let (stream, tokens) = (g[query].type.dims[1], g[key].type.dims[1])
    guard let latents = stream - Dim(bridge.prependedTokens), let frames = tokens.dividedExactly(by: perFrame)
    else {
      throw .unevenFrames(tokens, perFrame)
    }
    let above = try g.add(Length(dim: latents, element: .f32), name: "latent_count")
    let below = try g.add(Length(dim: frames, element: .f32), name: "frame_count")
    return try g.add(Divide(), [above, below], name: "latents_per_frame")
  }
}

extension Diagnostic {
  fileprivate static func unevenFrames(_ tokens: Dim, _ perFrame: Int) -> Diagnostic {
    Diagnostic("\(tokens) video tokens do not make frames of \(perFrame)")
  }
}
