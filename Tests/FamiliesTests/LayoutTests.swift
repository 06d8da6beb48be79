import Checkpoints
import Families
import Graphs
import Tensors
import Testing

/// A model is the same however its parameters are called.
struct LayoutTests {
  @Test(arguments: [
    ("tiny/stable_audio", "tiny/diffusers", "backbone", "references/transformer.safetensors"),
    ("tiny/stable_audio", "tiny/diffusers", "encoder", "references/autoencoder.safetensors"),
    ("tiny/stable_audio", "tiny/diffusers", "decoder", "references/autoencoder.safetensors"),
    (
      "tiny/video_encoder", "tiny/video_encoder_facebook", "video_encoder",
      "references/video_encoder.safetensors"
    ),
    (
      "tiny/text_encoder_v1_1", "tiny/text_encoder_v1_1_sharded", "text_encoder",
      "references/text_encoder_v1_1.safetensors"
    ),
    (
      "tiny/text_encoder", "tiny/text_encoder_tf", "text_encoder", "references/text_encoder.safetensors"
    ),
    (
      "tiny/text_encoder_v1_1", "tiny/text_encoder_v1_1_tf_sharded", "text_encoder",
      "references/text_encoder_v1_1.safetensors"
    ),
  ])
  func layoutsAreOneModel(_ a: String, _ b: String, component: String, reference: String) throws {
    let (first, second) = (try Fixture.model(a, component), try Fixture.model(b, component))
    #expect(first.graph.skeleton == second.graph.skeleton)
    let stored = try Fixture.tensors(reference)
    let names = first.graph.inputs.map { first.graph[$0].name }
    let inputs = stored.filter { names.contains($0.key) }
    let (one, two) = (try first.run(inputs), try second.run(inputs))
    for output in first.graph.outputs {
      let error = try #require(one[output.name]).error(against: #require(two[output.name]))
      #expect(error == 0)
    }
  }

  /// diffusers rotates another part of narrow heads: half of each.
  @Test(arguments: ["gqa2", "gqa3"]) func diffusersTransformer(_ name: String) throws {
    let folder = "references/transformer-\(name)"
    let model = try Fixture.model(folder, as: "\(folder)/diffusers_config.json", "backbone") {
      try $0.asDiffusersTransformer()
    }
    let stored = try Fixture.tensors("\(folder)/reference.safetensors")
    let results = try model.run(stored.filter { !$0.key.text.hasPrefix("sample") })
    let error = try #require(results["sample"]).error(against: #require(stored["sample_diffusers"]))
    print("kernels \(folder) as diffusers: \(Float(error))")
    #expect(error <= 2e-5)
  }

  @Test(arguments: [("stride3-2", 2), ("stride5", 1)])
  func diffusersAutoencoder(_ name: String, depth: Int) throws {
    try checkAutoencoder(name, config: "diffusers_config.json") {
      try $0.asDiffusersAutoencoder(depth: depth)
    }
  }

  @Test(arguments: ["stride3-2", "stride5"]) func foldedKernels(_ name: String) throws {
    try checkAutoencoder(name, config: "config.json") { try $0.withFoldedNorms() }
  }

  private func checkAutoencoder(_ name: String, config: String, _ change: (Checkpoint) throws -> Checkpoint)
    throws
  {
    let folder = "references/autoencoder-\(name)"
    let stored = try Fixture.tensors("\(folder)/reference.safetensors")
    for (component, input, outputs) in [
      ("encoder", "audio", ["mean", "std"]), ("decoder", "latents", ["decoded"]),
    ] as [(String, Name, [Name])] {
      let model = try Fixture.model(folder, as: "\(folder)/\(config)", component, change)
      let results = try model.run(stored.filter { $0.key == input })
      for output in outputs {
        let error = try #require(results[output]).error(against: #require(stored[output]))
        print("kernels \(folder) \(config) \(component) \(output): \(Float(error))")
        #expect(error <= 2e-5)
      }
    }
  }

  @Test(arguments: [
    ("tiny/video_encoder", "video_encoder", ["vjepa2."]),
    (
      "tiny/video_encoder_facebook", "video_encoder",
      ["encoder.", "target_encoder.module.", "ema_encoder.module.backbone."]
    ),
    ("tiny/stable_audio", "backbone", ["diffusion.model.model.", "diffusion_ema.ema_model.model."]),
    ("tiny/stable_audio", "conditioners", ["conditioners.", "diffusion.conditioner.conditioners."]),
    ("tiny/stable_audio", "decoder", ["autoencoder.", "diffusion.pretransform.model."]),
  ])
  func prefixesAreFound(_ path: String, component: String, prefixes: [Name]) throws {
    let plain = try Fixture.model(path, component)
    for prefix in prefixes {
      let model = try Fixture.model(path, as: nil, component) { checkpoint in
        let part = checkpoint.strippingPrefix(plain.weights.checkpoint.prefix)
        return try part.renamed { prefix.text + $0 }
      }
      #expect(model.graph == plain.graph)
      #expect(model.weights.checkpoint.prefix == prefix)
    }
  }

  /// The averaged weights are those upstream exports.
  @Test func averagedWeightsArePreferred() throws {
    let model = try Fixture.model("tiny/stable_audio", as: nil, "backbone") { checkpoint in
      try checkpoint.strippingPrefix("model.model.").mapped { entry in
        ["diffusion.model.model.", "diffusion_ema.ema_model.model."].map { prefix in
          entry.named(Name(prefix + entry.name.text))
        }
      }
    }
    #expect(model.weights.checkpoint.prefix == "diffusion_ema.ema_model.model.")
  }

  @Test func shiftsOfNormsMayBeMissing() throws {
    let model = try Fixture.model("tiny/stable_audio", as: nil, "backbone") { checkpoint in
      checkpoint.filtered { !$0.name.text.hasSuffix("_norm.beta") }
    }
    #expect(
      try model.weights.tensor("transformer.layers.1.ff_norm.beta").reals() == Array(repeating: 0, count: 64))
  }

  @Test func tensorFlowNamesAreRead() throws {
    let model = try Fixture.model("tiny/text_encoder_tf", "text_encoder")
    #expect(model.layout == "transformers TensorFlow")
    let same = try Fixture.model("tiny/text_encoder", "text_encoder")
    #expect(model.graph == same.graph)
    for name in same.weights.stored {
      let (tensor, other) = (try model.weights.tensor(name), try same.weights.tensor(name))
      #expect(tensor.type == other.type && tensor.withBytes { Array($0) } == other.withBytes { Array($0) })
    }
    let old = try Fixture.model("tiny/text_encoder_tf", as: nil, "text_encoder") { checkpoint in
      try checkpoint.renamed {
        $0.replacing("shared/shared/embeddings", with: "m/shared/shared/weight")
      }
    }
    #expect(old.weights.stored.contains("shared.weight"))
    let trouble = try #require(throws: Diagnostic.self) {
      try Fixture.model("tiny/text_encoder_tf", as: nil, "text_encoder") { checkpoint in
        try checkpoint.mapped { entry in
          guard entry.name.text.hasSuffix("/k/kernel:0") else { return [entry] }
          return [Checkpoint.Entry(entry.name, try entry.tensor.reshaped([entry.type.count ?? 0]))]
        }
      }
    }
    #expect(trouble.message.text.hasSuffix("is f32[3072]; expected a matrix, as kernels are"))
  }

  /// T5 files have the embedding under one name, the other, or both.
  @Test func embeddingHasTwoNames() throws {
    let both = try Fixture.model("tiny/text_encoder", as: nil, "text_encoder") { checkpoint in
      try checkpoint.mapped { entry in
        guard entry.name == "shared.weight" else { return [entry] }
        return [entry, entry.named("encoder.embed_tokens.weight")]
      }
    }
    #expect(both.weights.stored.contains("shared.weight"))
    let other = try Fixture.model("tiny/text_encoder", as: nil, "text_encoder") { checkpoint in
      try checkpoint.renamed { $0 == "shared.weight" ? "encoder.embed_tokens.weight" : $0 }
    }
    #expect(other.weights.stored.contains("encoder.embed_tokens.weight"))
    #expect(both.graph.skeleton == other.graph.skeleton)
  }
}
