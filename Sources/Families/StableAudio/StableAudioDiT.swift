import Checkpoints
import Graphs
import Operators
import Tensors

extension Family {
  /// The diffusion transformer of Stable Audio Open 1.0 and small.
  ///
  /// Sources: `stable_audio_tools/models/{dit,transformer}.py`; diffusers' `StableAudioDiTModel`.
  package static let stableAudioDiT = Family(
    "stable-audio-dit", "diffusion transformer of Stable Audio Open 1.0 and small",
    layouts: Layout.stableAudioDiT
  ) { (configuration) throws(Diagnostic) in
    guard let model = try StableAudioDiT(configuration) else { return [] }
    return [Component("backbone") { _ throws(Diagnostic) in try model.blueprint() }]
  }
}

/// The sizes of a Stable Audio diffusion transformer.
package struct StableAudioDiT: Hashable, Sendable {
  /// Channels of the latents.
  package var channels: Int
  /// Width of the stream.
  package var width: Int
  package var depth: Int
  package var heads: Int
  package var headDim: Int
  /// Key and value heads of the cross-attention.
  package var crossHeads: Int
  /// Leading dims of each head that rotate.
  package var ropeDims: Int
  /// Width of the conditioning tokens as given.
  package var textDim: Int
  /// Width of the conditioning tokens behind their projection.
  package var contextDim: Int
  package var globalDim: Int
  package var timeDim = 256
  /// Whether queries and keys are normalised over the head dim.
  package var qkNorm: Bool
  package var layout: Layout

  package enum Layout: String, Hashable, Sendable {
    case diffusers
    case stableAudioTools = "stable-audio-tools"
  }

  /// Epsilon of the block norms and of the query and key norms.
  private static let (normEpsilon, headNormEpsilon) = (1e-5, 1e-6)

  /// The graph over the upstream forward's arguments: hidden_states `[B, C, L]`, timestep `[B]`,
  /// encoder_hidden_states `[B, S, text]`, global_hidden_states `[B, 1, global]` -> sample `[B, C, L]`.
  ///
  /// `beta` of the norms and `inv_freq` are derivable buffers in the stable-audio-tools layout: the first
  /// may be absent, the second is not read.
  func blueprint() throws(Diagnostic) -> Blueprint {
    var g = Graph(name: "dit")
    let latents = try g.input("hidden_states", .f32("B", Dim(channels), "L"))
    let time = try g.input("timestep", .f32("B"))
    let text = try g.input("encoder_hidden_states", .f32("B", "S", Dim(textDim)))
    let global = try g.input("global_hidden_states", .f32("B", 1, Dim(globalDim)))

    let context = try mlp(text, "context_projection", [textDim, contextDim, contextDim], in: &g)
    let token = try globalToken(global, time, in: &g)
    let columns = try g.add(Transpose(permutation: [0, 2, 1]), [latents], name: "latents.columns")
    let mixed = try g.add(
      Linear(), [columns, try weight("input_mix", [channels, channels], in: &g)], name: "latents.mix")
    let prepared = try g.add(Add(), [columns, mixed], name: "latents.mixed")
    let wide = try g.add(
      Linear(), [prepared, try weight("project_in", [width, channels], in: &g)], name: "latents.projected")
    var stream = try g.add(Concat(axis: 1), [token, wide], name: "stream")

    for layer in 0..<depth {
      stream = try g.scoped("layers.\(layer)") { (g) throws(Diagnostic) in
        let attended = try selfAttention(stream, "layers.\(layer)", in: &g)
        let informed = try crossAttention(attended, context, "layers.\(layer)", in: &g)
        return try feedForward(informed, "layers.\(layer)", in: &g)
      }
    }

    let frames = try g.add(Slice(axis: 1, start: 1, length: "L"), [stream], name: "frames")
    let narrow = try g.add(
      Linear(), [frames, try weight("project_out", [channels, width], in: &g)], name: "frames.projected")
    let polish = try g.add(
      Linear(), [narrow, try weight("output_mix", [channels, channels], in: &g)], name: "frames.mix")
    let result = try g.add(Add(), [narrow, polish], name: "frames.mixed")
    g.output("sample", try g.add(Transpose(permutation: [0, 2, 1]), [result], name: "sample"))

    var blueprint = Blueprint(g, layout: layout.rawValue)
    if layout == .stableAudioTools {
      blueprint.prefixes = [
        "", "model.", "model.model.", "diffusion_ema.ema_model.model.", "diffusion.model.model.",
      ]
      for (_, parameter) in g.parameters where parameter.path.text.hasSuffix("_norm.beta") {
        blueprint.fills[parameter.path] = 0
      }
      blueprint.isIgnored = { $0 == "transformer.rotary_pos_emb.inv_freq" }
    }
    blueprint.facts = [
      ("width", "\(width)"), ("depth", "\(depth)"), ("heads", "\(heads) of \(headDim)"),
      ("cross-attention heads", "\(crossHeads)"), ("latent channels", "\(channels)"),
      ("text width", "\(textDim)"), ("qk-norm", qkNorm ? "layer norm" : "none"),
    ]
    return blueprint
  }

  /// The prepended token: the projected global conditioning plus the embedded timestep, `[B, 1, width]`.
  private func globalToken(_ global: Value, _ time: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    let projected = try mlp(global, "global_projection", [globalDim, width, width], in: &g)
    let turn = try g.add(Constant(2 * Double.pi), name: "time.turn")
    let frequencies = try weight("time_frequencies", [timeDim / 2, 1], in: &g)
    let column = try g.add(Reshape(dims: ["B", 1]), [time], name: "time.column")
    let turns = try g.add(Multiply(), [column, turn], name: "time.turns")
    let angles = try g.add(Linear(), [turns, frequencies], name: "time.angles")
    let cosines = try g.add(Cos(), [angles], name: "time.cos")
    let sines = try g.add(Sin(), [angles], name: "time.sin")
    let features = try g.add(Concat(axis: -1), [cosines, sines], name: "time.features")
    let embedded = try mlp(features, "time_embedding", [timeDim, width, width], biased: true, in: &g)
    let row = try g.add(Reshape(dims: ["B", 1, Dim(width)]), [embedded], name: "time.row")
    return try g.add(Add(), [projected, row], name: "global_token")
  }

  private func selfAttention(_ x: Value, _ layer: String, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.scoped("self_attention") { (g) throws(Diagnostic) in
      let normed = try norm(x, "\(layer).self_norm", in: &g)
      var parts: [Value] = []
      for name in ["q", "k", "v"] {
        let matrix = try weight("\(layer).self_attention.\(name)", [width, width], in: &g)
        parts.append(try g.add(Linear(), [normed, matrix], name: Name(name)))
      }
      for (index, name) in ["q", "k"].enumerated() {
        let rope = RoPE(heads: heads, dims: ropeDims, base: 10000, style: .half, start: 0, step: 1)
        let part = try headNorm(parts[index], "\(layer).self_attention.\(name)_norm", heads, in: &g)
        parts[index] = try g.add(rope, [part], name: Name("\(name)_rope"))
      }
      return try attend(parts, to: x, "\(layer).self_attention", kvHeads: heads, in: &g)
    }
  }

  private func crossAttention(_ x: Value, _ context: Value, _ layer: String, in g: inout Graph)
    throws(Diagnostic) -> Value
  {
    try g.scoped("cross_attention") { (g) throws(Diagnostic) in
      let normed = try norm(x, "\(layer).cross_norm", in: &g)
      let inner = crossHeads * headDim
      let matrix = try weight("\(layer).cross_attention.q", [width, width], in: &g)
      let q = try g.add(Linear(), [normed, matrix], name: "q")
      var parts = [try headNorm(q, "\(layer).cross_attention.q_norm", heads, in: &g)]
      for name in ["k", "v"] {
        let matrix = try weight("\(layer).cross_attention.\(name)", [inner, contextDim], in: &g)
        parts.append(try g.add(Linear(), [context, matrix], name: Name(name)))
      }
      parts[1] = try headNorm(parts[1], "\(layer).cross_attention.k_norm", crossHeads, in: &g)
      return try attend(parts, to: x, "\(layer).cross_attention", kvHeads: crossHeads, in: &g)
    }
  }

  /// Attention over `[q, k, v]`, projected and added to `x`.
  private func attend(
    _ parts: [Value], to x: Value, _ name: String, kvHeads: Int, in g: inout Graph
  ) throws(Diagnostic) -> Value {
    let attention = Attention(heads: heads, kvHeads: kvHeads, scale: 1 / Double(headDim).squareRoot())
    let mixed = try g.add(attention, parts, name: "attention")
    let matrix = try weight("\(name).out", [width, heads * headDim], in: &g)
    let result = try g.add(Linear(), [mixed, matrix], name: "out")
    return try g.add(Add(), [x, result], name: "sum")
  }

  private func feedForward(_ x: Value, _ layer: String, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.scoped("feed_forward") { (g) throws(Diagnostic) in
      let normed = try norm(x, "\(layer).feed_norm", in: &g)
      let up = try weight("\(layer).feed_forward.up", [8 * width, width], in: &g)
      let upBias = try weight("\(layer).feed_forward.up_bias", [8 * width], in: &g)
      let down = try weight("\(layer).feed_forward.down", [width, 4 * width], in: &g)
      let downBias = try weight("\(layer).feed_forward.down_bias", [width], in: &g)
      let wide = try g.add(Linear(), [normed, up, upBias], name: "up")
      let gated = try g.add(GLU(activation: .silu), [wide], name: "glu")
      let result = try g.add(Linear(), [gated, down, downBias], name: "down")
      return try g.add(Add(), [x, result], name: "sum")
    }
  }

  private func norm(_ x: Value, _ name: String, in g: inout Graph) throws(Diagnostic) -> Value {
    let inputs = [
      x, try weight("\(name).scale", [width], in: &g), try weight("\(name).shift", [width], in: &g),
    ]
    return try g.add(LayerNorm(eps: Self.normEpsilon), inputs, name: "norm")
  }

  /// `x` `[B, N, heads·D]` normalised over each head, where the model does that.
  private func headNorm(_ x: Value, _ name: String, _ heads: Int, in g: inout Graph) throws(Diagnostic)
    -> Value
  {
    guard qkNorm else { return x }
    let leaf = name.split(separator: ".").last.map(String.init) ?? name
    let dims = g[x].type.dims
    let split = Reshape(dims: Array(dims.dropLast()) + [Dim(heads), Dim(headDim)])
    let inputs = [
      try g.add(split, [x], name: Name("\(leaf).heads")),
      try weight("\(name).scale", [headDim], in: &g), try weight("\(name).shift", [headDim], in: &g),
    ]
    let normed = try g.add(LayerNorm(eps: Self.headNormEpsilon), inputs, name: Name(leaf))
    return try g.add(Reshape(dims: dims), [normed], name: Name("\(leaf).merged"))
  }

  /// Linear, SiLU, Linear.
  private func mlp(
    _ x: Value, _ name: String, _ widths: [Int], biased: Bool = false, in g: inout Graph
  ) throws(Diagnostic) -> Value {
    var x = x
    for index in 0..<2 {
      var inputs = [x, try weight("\(name).\(2 * index)", [widths[index + 1], widths[index]], in: &g)]
      if biased { inputs.append(try weight("\(name).\(2 * index)_bias", [widths[index + 1]], in: &g)) }
      x = try g.add(Linear(), inputs, name: Name("\(name).\(2 * index)"))
      if index == 0 { x = try g.add(SiLU(), [x], name: Name("\(name).silu")) }
    }
    return x
  }

  private func weight(_ name: String, _ shape: [Int], in g: inout Graph) throws(Diagnostic) -> Value {
    try g.weight(place(of: name, shape), shape)
  }
}
