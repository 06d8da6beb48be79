import Checkpoints
import Graphs
import Operators
import Tensors

extension Family {
  /// The encoder of T5: v1.0 with ReLU, v1.1 with gated GELU.
  ///
  /// Source: `transformers/models/t5/modeling_t5.py`, `T5EncoderModel`; of `tf_model.h5`,
  /// `modeling_tf_t5.py` (v4).
  package static let t5Encoder = Family(
    "t5-encoder", "text encoder T5 v1.0 and v1.1", layouts: Layout.t5Encoder
  ) {
    (configuration) throws(Diagnostic) in
    guard configuration.ecosystem == .transformers, try configuration.className() == "t5" else { return [] }
    let model = try T5Encoder(configuration.json)
    var component = Component("text_encoder") { (keys) throws(Diagnostic) in try model.blueprint(keys) }
    component.fromTensorFlow = { (checkpoint) throws(Diagnostic) in
      try TensorFlowNames.t5.toPyTorch(checkpoint)
    }
    return [component]
  }
}

extension Layout {
  /// The encoder as transformers keeps it, alone or in a pipeline of diffusers, for PyTorch or for TensorFlow.
  static let t5Encoder: [Layout] = ["transformers", "diffusers", "tensorflow"].map { name in
    var layout = Layout.transformers(name, "text_encoder") { (source, _) throws(Diagnostic) in
      let blueprint = try T5Encoder(source.json).blueprint([])
      return LaidOut(blueprints: [("text_encoder", blueprint)], configuration: source.json.value)
    }
    guard name == "tensorflow" else { return layout }
    (layout.weights, layout.format) = ("tf_model", .h5)
    layout.spell = { (draft) throws(Diagnostic) in try TensorFlowNames.t5.toTensorFlow(draft) }
    return layout
  }
}

extension TensorFlowNames {
  /// Those of `TFT5EncoderModel`, and to read, of the models it is a part of.
  fileprivate static let t5 = TensorFlowNames(
    parts: ["shared", "encoder", "decoder", "lm_head"], scope: "tft5_encoder_model",
    shared: ["shared": ("shared", ["shared", "encoder"])],
    variables: [
      "shared": "embeddings", "relative_attention_bias": "embeddings", "layer_norm": "weight",
      "final_layer_norm": "weight",
    ])
}

/// The sizes of a T5 encoder.
package struct T5Encoder: Hashable, Sendable {
  package var width: Int
  package var headDim: Int
  package var heads: Int
  package var feedWidth: Int
  package var depth: Int
  package var vocabulary: Int
  package var buckets: Int
  package var maxDistance: Int
  package var epsilon: Double
  package var activation: Activation

  package enum Activation: String, Hashable, Sendable, CaseIterable {
    case relu
    case gatedGELU = "gated-gelu"
    case gatedSiLU = "gated-silu"
  }

  init(_ json: JSON.Cursor) throws(Diagnostic) {
    let sizes = 1...1_000_000
    width = try json.integer("d_model", in: sizes)
    headDim = try json.integer("d_kv", in: sizes)
    heads = try json.integer("num_heads", in: sizes)
    feedWidth = try json.integer("d_ff", in: sizes)
    depth = try json.integer("num_layers", in: 1...4096)
    vocabulary = try json.integer("vocab_size", in: 1...10_000_000)
    buckets = try json.integer("relative_attention_num_buckets", in: 4...4096, default: 32)
    maxDistance = try json.integer("relative_attention_max_distance", in: 1...65536, default: 128)
    epsilon = try json.real("layer_norm_epsilon", default: 1e-6)
    activation = try json.choice("feed_forward_proj", default: .relu)
  }

  /// input_ids, attention_mask `[B, N]` (i64) -> last_hidden_state `[B, N, width]`.
  ///
  /// Rows of masked tokens are computed like any other, as upstream does: who must not see them zeroes them.
  func blueprint(_ keys: Set<Name>) throws(Diagnostic) -> Blueprint {
    var g = Graph(name: "t5_encoder")
    let ids = try g.input("input_ids", TensorType(.i64, ["B", "N"]))
    let mask = try g.input("attention_mask", TensorType(.i64, ["B", "N"]))
    let table: Name =
      keys.contains("shared.weight") || keys.isEmpty ? "shared.weight" : "encoder.embed_tokens.weight"
    let embedding = try g.parameter(table, .f32(Dim(vocabulary), Dim(width)))
    let bias = try bias(mask, in: &g)
    var x = try g.add(Gather(axis: 0), [embedding, ids], name: "embedded")
    for layer in 0..<depth {
      x = try g.scoped("layers.\(layer)") { (g) throws(Diagnostic) in
        let attended = try attention(x, bias, "encoder.block.\(layer).layer.0", in: &g)
        return try feedForward(attended, "encoder.block.\(layer).layer.1", in: &g)
      }
    }
    g.output("last_hidden_state", try norm(x, "encoder.final_layer_norm", "last_hidden_state", in: &g))

    var blueprint = Blueprint(g, layout: "transformers")
    let twins: Set<Name> = ["shared.weight", "encoder.embed_tokens.weight"]
    blueprint.isIgnored = { twins.contains($0) || $0.text.hasPrefix("decoder.") || $0 == "lm_head.weight" }
    blueprint.facts = [
      ("width", "\(width)"), ("depth", "\(depth)"), ("heads", "\(heads) of \(headDim)"),
      ("feed-forward", "\(feedWidth), \(activation.rawValue)"), ("vocabulary", "\(vocabulary)"),
    ]
    return blueprint
  }

  /// What all layers add to their scores, `[B, heads, N, N]`: the distance's bias, but the least float on
  /// masked keys.
  private func bias(_ mask: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    let table = try g.parameter(
      "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", .f32(Dim(buckets), Dim(heads)))
    let relative = RelativeBias(
      queries: "N", keys: "N", buckets: buckets, maxDistance: maxDistance, bidirectional: true)
    let distance = try g.add(relative, [table], name: "bias.distance")
    let shown = try g.add(Cast(element: .bool), [mask], name: "bias.shown")
    let row = try g.add(Reshape(dims: ["B", 1, 1, "N"]), [shown], name: "bias.row")
    let least = try g.add(Constant(-Double(Float.greatestFiniteMagnitude)), name: "bias.least")
    return try g.add(Where(), [row, distance, least], name: "bias")
  }

  private func attention(_ x: Value, _ bias: Value, _ path: String, in g: inout Graph) throws(Diagnostic)
    -> Value
  {
    try g.scoped("attention") { (g) throws(Diagnostic) in
      let inner = heads * headDim
      let normed = try norm(x, "\(path).layer_norm", "norm", in: &g)
      var parts: [Value] = []
      for name in ["q", "k", "v"] {
        parts.append(try linear(normed, "\(path).SelfAttention.\(name)", inner, width, Name(name), in: &g))
      }
      // T5 folds the scale into its initialisation.
      let mixed = try g.add(
        Attention(heads: heads, kvHeads: heads, scale: 1), parts + [bias], name: "attention")
      let result = try linear(mixed, "\(path).SelfAttention.o", width, inner, "o", in: &g)
      return try g.add(Add(), [x, result], name: "sum")
    }
  }

  private func feedForward(_ x: Value, _ path: String, in g: inout Graph) throws(Diagnostic) -> Value {
    try g.scoped("feed_forward") { (g) throws(Diagnostic) in
      let normed = try norm(x, "\(path).layer_norm", "norm", in: &g)
      let inside = try hidden(normed, "\(path).DenseReluDense", in: &g)
      let result = try linear(inside, "\(path).DenseReluDense.wo", width, feedWidth, "wo", in: &g)
      return try g.add(Add(), [x, result], name: "sum")
    }
  }

  private func hidden(_ x: Value, _ path: String, in g: inout Graph) throws(Diagnostic) -> Value {
    guard activation != .relu else {
      return try g.add(ReLU(), [try linear(x, "\(path).wi", feedWidth, width, "wi", in: &g)], name: "relu")
    }
    let gate = try linear(x, "\(path).wi_0", feedWidth, width, "wi_0", in: &g)
    let value = try linear(x, "\(path).wi_1", feedWidth, width, "wi_1", in: &g)
    let open: any Op = activation == .gatedGELU ? GELU(approximation: .tanh) : SiLU()
    return try g.add(Multiply(), [try g.add(open, [gate], name: "gate"), value], name: "gated")
  }

  private func norm(_ x: Value, _ path: String, _ name: Name, in g: inout Graph) throws(Diagnostic) -> Value {
    let scale = try g.parameter(Name("\(path).weight"), .f32(Dim(width)))
    return try g.add(RMSNorm(eps: epsilon), [x, scale], name: name)
  }

  private func linear(
    _ x: Value, _ path: String, _ rows: Int, _ columns: Int, _ name: Name, in g: inout Graph
  )
    throws(Diagnostic) -> Value
  {
    try g.add(
      Linear(), [x, try g.parameter(Name("\(path).weight"), .f32(Dim(rows), Dim(columns)))], name: name)
  }
}
