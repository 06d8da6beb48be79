import Checkpoints
import Graphs
import Operators
import Tensors

extension Family {
  /// The video encoder V-JEPA 2 and 2.1, without its predictor.
  ///
  /// Sources: `transformers/models/vjepa2/modeling_vjepa2.py`; facebookresearch/vjepa2,
  /// `src/models/vision_transformer.py` and `app/vjepa_2_1/models/vision_transformer.py`.
  package static let vJEPA2 = Family("vjepa2", "video encoder V-JEPA 2", layouts: Layout.vJEPA2) {
    (configuration) throws(Diagnostic) in
    guard configuration.ecosystem == .transformers, try configuration.className() == "vjepa2" else {
      return []
    }
    let model = try VJEPA2(configuration.json)
    return [Component("video_encoder") { (keys) throws(Diagnostic) in try model.blueprint(keys) }]
  }
}

/// The sizes of a V-JEPA 2 encoder.
package struct VJEPA2: Hashable, Sendable {
  package var width: Int
  package var depth: Int
  package var heads: Int
  package var feedWidth: Int
  /// Side of a patch, in pixels.
  package var patch: Int
  /// Frames encoded as one.
  package var tubelet: Int
  /// Side of a frame, in pixels.
  package var crop: Int
  package var colours: Int
  package var framesPerClip: Int
  package var epsilon: Double
  package var biased: Bool
  package var activation: Activation
  package var version: Version

  package enum Activation: String, Hashable, Sendable, CaseIterable {
    case gelu
    case geluTanh = "gelu_pytorch_tanh"
    case geluNew = "gelu_new"
  }

  /// What 2.1 does otherwise: the two features of a pair turn together, rows and columns are spread over those
  /// of 256 pixels whatever the picture's size, a learned vector says that the input is a video, and the last
  /// of four norms is the one of the result. Only facebook's keys are known of it.
  package enum Version: Hashable, Sendable {
    case two
    /// `span` is the position of the last row and column.
    case twoOne(span: Double)
  }

  /// Where the parameters lie.
  package enum Layout: String, Hashable, Sendable {
    case transformers
    /// The original keys, queries, keys and values fused.
    case facebook
  }

  /// Patches along a side of a frame.
  package var side: Int { crop / patch }

  /// pixel_values_videos `[B, tubelet·F, colours, crop, crop]` -> last_hidden_state `[B, P·F, width]`, with
  /// P patches a frame, in the order frame, row, column.
  func blueprint(_ keys: Set<Name>) throws(Diagnostic) -> Blueprint {
    let isFused = version != .two || keys.contains { $0.text.hasSuffix("blocks.0.attn.qkv.weight") }
    return try blueprint(isFused ? .facebook : .transformers)
  }

  func blueprint(_ layout: Layout) throws(Diagnostic) -> Blueprint {
    guard let frames = Dim("F") * Dim(tubelet), let tokens = Dim("F") * Dim(side * side) else {
      throw .unsupportedSize(side)
    }
    var g = Graph(name: "vjepa2")
    let pixels = try g.input(
      "pixel_values_videos", .f32("B", frames, Dim(colours), Dim(crop), Dim(crop)))
    var x = try patches(pixels, tokens, layout, in: &g)
    for layer in 0..<depth {
      x = try g.scoped("layers.\(layer)") { (g) throws(Diagnostic) in
        try feedForward(try attention(x, layer, layout, in: &g), layer, layout, in: &g)
      }
    }
    let last = version != .two ? "norms_block.3" : layout == .facebook ? "norm" : "encoder.layernorm"
    g.output("last_hidden_state", try norm(x, last, "last_hidden_state", in: &g))

    var blueprint = Blueprint(g, layout: layout.rawValue)
    if layout == .facebook {
      let wrappers = ["", "module.", "backbone.", "module.backbone."]
      blueprint.prefixes = ["", "encoder.", "target_encoder.", "ema_encoder."].flatMap { dict in
        wrappers.map { Name(dict + $0) }
      }
    } else {
      blueprint.prefixes = ["", "vjepa2."]
    }
    // 2.1 has a second stem for single pictures, and norms for its training.
    let others = ["predictor.", "pooler.", "classifier.", "pos_embed"]
    let more = version == .two ? [] : ["patch_embed_img.", "img_mod_embed", "norms_block."]
    blueprint.isIgnored = { name in (others + more).contains { name.text.hasPrefix($0) } }
    blueprint.facts = [
      ("width", "\(width)"), ("depth", "\(depth)"), ("heads", "\(heads) of \(width / heads)"),
      ("feed-forward", "\(feedWidth)"), ("patches", "\(side)x\(side) of \(patch) px, \(tubelet) frames"),
      ("segment", "\(framesPerClip) frames"), ("version", version == .two ? "2" : "2.1"),
    ]
    return blueprint
  }

  /// The patch embedding, `[B, P·F, width]`.
  private func patches(_ pixels: Value, _ tokens: Dim, _ layout: Layout, in g: inout Graph)
    throws(Diagnostic) -> Value
  {
    let path = layout == .facebook ? "patch_embed.proj" : "encoder.embeddings.patch_embeddings.proj"
    let kernel = try g.parameter(
      Name("\(path).weight"), TensorType(.f32, shape: [width, colours, tubelet, patch, patch]))
    let bias = try g.parameter(Name("\(path).bias"), .f32(Dim(width)))
    let video = try g.add(Transpose(permutation: [0, 2, 1, 3, 4]), [pixels], name: "patches.video")
    let conv = Conv(
      strides: [tubelet, patch, patch], dilations: [1, 1, 1], before: [0, 0, 0], after: [0, 0, 0], groups: 1)
    let maps = try g.add(conv, [video, kernel, bias], name: "patches.maps")
    let last = try g.add(Transpose(permutation: [0, 2, 3, 4, 1]), [maps], name: "patches.channels_last")
    let patches = try g.add(Reshape(dims: ["B", tokens, Dim(width)]), [last], name: "patches")
    guard version != .two else { return patches }
    let kind = try g.parameter("video_mod_embed", .f32(1, 1, Dim(width)))
    return try g.add(Add(), [patches, kind], name: "patches.of_video")
  }

  private func attention(_ x: Value, _ layer: Int, _ layout: Layout, in g: inout Graph)
    throws(Diagnostic) -> Value
  {
    try g.scoped("attention") { (g) throws(Diagnostic) in
      let block = layout == .facebook ? "blocks.\(layer)" : "encoder.layer.\(layer)"
      let normed = try norm(x, "\(block).norm1", "norm", in: &g)
      var parts: [Value] = []
      for (index, (name, word)) in [("q", "query"), ("k", "key"), ("v", "value")].enumerated() {
        let place: (String) -> WeightPlace = { leaf in
          layout == .facebook
            ? WeightPlace(Name("\(block).attn.qkv.\(leaf)"), rows: (index, 3))
            : WeightPlace(Name("\(block).attention.\(word).\(leaf)"))
        }
        var inputs = [normed, try g.weight(place("weight"), [width, width])]
        if biased { inputs.append(try g.weight(place("bias"), [width])) }
        parts.append(try g.add(Linear(), inputs, name: Name(name)))
      }
      parts[0] = try g.add(rotation, [parts[0]], name: "q_rope")
      parts[1] = try g.add(rotation, [parts[1]], name: "k_rope")
      let scale = 1 / Double(width / heads).squareRoot()
      let mixed = try g.add(Attention(heads: heads, kvHeads: heads, scale: scale), parts, name: "attention")
      let out = layout == .facebook ? "\(block).attn.proj" : "\(block).attention.proj"
      return try g.add(Add(), [x, try linear(mixed, out, width, width, "out", in: &g)], name: "sum")
    }
  }

  private var rotation: AxialRoPE {
    let grid = ["F", Dim(side), Dim(side)]
    return switch version {
    case .two: AxialRoPE(heads: heads, grid: grid, base: 10000, tiled: true)
    case .twoOne(let span): AxialRoPE(heads: heads, grid: grid, base: 10000, tiled: false, span: span)
    }
  }

  private func feedForward(_ x: Value, _ layer: Int, _ layout: Layout, in g: inout Graph)
    throws(Diagnostic) -> Value
  {
    try g.scoped("feed_forward") { (g) throws(Diagnostic) in
      let block = layout == .facebook ? "blocks.\(layer)" : "encoder.layer.\(layer)"
      let normed = try norm(x, "\(block).norm2", "norm", in: &g)
      let wide = try linear(normed, "\(block).mlp.fc1", feedWidth, width, "fc1", in: &g)
      let bent = try g.add(GELU(approximation: activation == .gelu ? .none : .tanh), [wide], name: "gelu")
      return try g.add(
        Add(), [x, try linear(bent, "\(block).mlp.fc2", width, feedWidth, "fc2", in: &g)], name: "sum")
    }
  }

  private func norm(_ x: Value, _ path: String, _ name: Name, in g: inout Graph) throws(Diagnostic) -> Value {
    let scale = try g.parameter(Name("\(path).weight"), .f32(Dim(width)))
    let shift = try g.parameter(Name("\(path).bias"), .f32(Dim(width)))
    return try g.add(LayerNorm(eps: epsilon), [x, scale, shift], name: name)
  }

  private func linear(
    _ x: Value, _ path: String, _ rows: Int, _ columns: Int, _ name: Name, in g: inout Graph
  )
    throws(Diagnostic) -> Value
  {
    let matrix = try g.parameter(Name("\(path).weight"), .f32(Dim(rows), Dim(columns)))
    return try g.add(
      Linear(), [x, matrix, try g.parameter(Name("\(path).bias"), .f32(Dim(rows)))], name: name)
  }
}

extension Diagnostic {
  fileprivate static func unsupportedSize(_ side: Int) -> Diagnostic {
    Diagnostic("\(side) patches a side are more than can be counted")
  }
}
