import Checkpoints
import Families
import Graphs
import TemporaryFolders
import Tensors
import Testing

/// Weights that do not fit are refused with everything that is wrong with them.
struct BadWeightsTests {
  private func trouble(
    _ source: String, as config: String? = nil, _ component: String,
    _ change: (Checkpoint) throws -> Checkpoint
  ) throws -> Diagnostic {
    try #require(throws: Diagnostic.self) { try Fixture.model(source, as: config, component, change) }
  }

  @Test func allTroublesAreToldTogether() throws {
    let ids = try Tensor(integers: Array(repeating: 0, count: 64), as: TensorType(.i32, shape: [64]))
    let cut = try Tensor(floats: Array(repeating: 0, count: 48 * 63), shape: [48, 63])
    let trouble = try trouble("tiny/text_encoder", "text_encoder") { checkpoint in
      try checkpoint.mapped { entry in
        switch entry.name {
        case "encoder.block.0.layer.0.SelfAttention.q.weight",
          "encoder.block.1.layer.0.SelfAttention.q.weight":
          [entry.named(Name(entry.name.text.replacing(".q.", with: ".query.")))]
        case "encoder.block.0.layer.0.SelfAttention.k.weight",
          "encoder.block.1.layer.0.SelfAttention.k.weight":
          [Checkpoint.Entry(entry.name, cut)]
        case "encoder.final_layer_norm.weight": [Checkpoint.Entry(entry.name, ids)]
        case "shared.weight": []
        default: [entry]
        }
      }
    }
    #expect(
      trouble.message.text == """
        the checkpoint does not fit the text_encoder (transformers layout): keys 3 missing, 2 unexpected, \
        2 of another shape, 1 of another type
        """)
    #expect(trouble.site == Fixture.path("tiny/text_encoder/model.safetensors"))
    #expect(
      trouble.note == """
        missing: encoder.embed_tokens.weight  f32[336, 64]
            missing: encoder.block.0-1.layer.0.SelfAttention.q.weight  f32[48, 64]  \
        (is it encoder.block.0-1.layer.0.SelfAttention.query.weight?)
            unexpected: encoder.block.0-1.layer.0.SelfAttention.query.weight  f32[48, 64]
            shape: encoder.block.0-1.layer.0.SelfAttention.k.weight  is f32[48, 63], expected f32[48, 64]
            type: encoder.final_layer_norm.weight  is i32, expected a float
        """)
    #expect(
      trouble.help == """
        the configuration is for another size (64 where the file has 63): pass the one that came with these \
        weights
        """)
  }

  @Test func incompleteWeights() throws {
    let trouble = try trouble("tiny/stable_audio", "decoder") { checkpoint in
      checkpoint.filtered { !$0.name.text.contains("decoder.layers.") || !$0.name.text.hasSuffix("alpha") }
    }
    #expect(
      trouble.message
        == "the checkpoint does not fit the decoder (stable-audio-tools layout): keys 36 missing")
    #expect(
      trouble.note == """
        missing: pretransform.model.decoder.layers.1.layers.0.alpha  f32[16]
            missing: pretransform.model.decoder.layers.1-5.layers.2-4.layers.0,2.alpha  f32[8]
            missing: pretransform.model.decoder.layers.2-5.layers.0.alpha  f32[8]
            missing: pretransform.model.decoder.layers.6.alpha  f32[8]
        """)
    #expect(trouble.help == "check that the weights are complete and that the configuration came with them")
  }

  @Test func weightsOfAnotherModel() throws {
    let trouble = try trouble("tiny/text_encoder", as: "tiny/diffusers/projection_model", "conditioners") {
      $0
    }
    #expect(
      trouble.message
        == "the checkpoint does not fit the conditioners (diffusers layout): keys 6 missing, 19 unexpected")
    #expect(trouble.help == "no key is one of this model's: pass the weights that belong to it")
  }

  @Test func moreLayersThanConfigured() throws {
    let trouble = try trouble("tiny/video_encoder", "video_encoder") { checkpoint in
      try checkpoint.mapped { entry in
        guard entry.name.text.hasPrefix("encoder.layer.1.mlp") else { return [entry] }
        let next = entry.name.text.replacing("layer.1", with: "layer.2")
        return [entry, entry.named(Name(next))]
      }
    }
    #expect(
      trouble.message
        == "the checkpoint does not fit the video_encoder (transformers layout): keys 4 unexpected")
    #expect(trouble.help == "the file holds more than this model: pass the configuration that came with it")
  }

  @Test func wrongTypesAlone() throws {
    let trouble = try trouble("tiny/diffusers/projection_model", "conditioners") { checkpoint in
      try checkpoint.mapped { entry in
        let zeros = [Int64](repeating: 0, count: entry.type.count ?? 0)
        let tensor = try Tensor(integers: zeros, as: TensorType(.u8, shape: entry.type.shape ?? []))
        return [Checkpoint.Entry(entry.name, tensor)]
      }
    }
    #expect(
      trouble.message
        == "the checkpoint does not fit the conditioners (diffusers layout): keys 6 of another type")
    #expect(trouble.help == "the weights are stored as no floats: convert them to f32, f16 or bf16")
  }

  @Test func configurationOfAnotherWidth() throws {
    let folder = try TemporaryFolder()
    let text = String(decoding: try bytes("tiny/video_encoder/config.json"), as: UTF8.self)
    let config = try folder.put(
      "config.json", text.replacing("\"hidden_size\": 48", with: "\"hidden_size\": 96"))
    let source = try ModelSource(path: Fixture.path("tiny/video_encoder"), config: config)
    let trouble = try #require(throws: Diagnostic.self) { try source.model() }
    #expect(
      trouble.message
        == "the checkpoint does not fit the video_encoder (transformers layout): keys 36 of another shape")
    #expect(
      trouble.note?.hasPrefix(
        """
        shape: encoder.embeddings.patch_embeddings.proj.weight  is f32[48, 3, 2, 8, 8], expected f32[96, 3, 2, 8, 8]
            shape: encoder.embeddings.patch_embeddings.proj.bias  is f32[48], expected f32[96]
            shape: encoder.layer.0-1.norm1.weight  is f32[48], expected f32[96]
        """) == true)
    #expect(
      trouble.help == """
        the configuration is for another size (96 where the file has 48): pass the one that came with these \
        weights
        """)
  }

  @Test func bridgeIsComparedByItsTrainableParameters() throws {
    var graph = Graph(name: "bridged")
    _ = try graph.parameter("backbone.weight", .f32(2))
    _ = try graph.parameter("blocks.0.to_q.weight", .f32(2, 3), frozen: false)
    let other = try Tensor(floats: [1, 2], shape: [2])
    let checkpoint = try Checkpoint(
      [Checkpoint.Entry("blocks.0.to_k.weight", other)], path: "bridge.safetensors")
    let trouble = try #require(throws: Diagnostic.self) {
      try Weights.check(trainable: graph, in: checkpoint)
    }
    #expect(trouble.message == "the checkpoint does not fit the bridge: keys 1 missing, 1 unexpected")
    #expect(trouble.site == "bridge.safetensors")
    #expect(
      trouble.note == """
        missing: blocks.0.to_q.weight  f32[2, 3]  (is it blocks.0.to_k.weight?)
            unexpected: blocks.0.to_k.weight  f32[2]
        """)
    #expect(trouble.help == "no key is one of this model's: pass the weights that belong to it")
  }

  @Test func filesThatAreNoWeights() throws {
    let folder = try TemporaryFolder()
    try folder.put("config.json", try bytes("tiny/text_encoder/config.json"))
    let whole = try bytes("tiny/text_encoder/model.safetensors")
    let path = try folder.put("model.safetensors", Array(whole.dropLast(100)))
    let source = try ModelSource(path: folder.path)
    let truncated = try #require(throws: Diagnostic.self) { try source.model() }
    #expect(
      truncated.message == """
        file is cut off: tensor "shared.weight" ends 284416 bytes after byte 2096, but the file has 286412 bytes
        """)
    #expect(truncated.site == path)

    try folder.put(
      "model.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
    let pointer = try #require(throws: Diagnostic.self) { try source.model() }
    #expect(pointer.message == "\(path) is a Git LFS pointer, not a safetensors file")
    #expect(pointer.help == "the weights were not fetched; run git lfs pull")
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    let file = try MappedFile(path: Fixture.path(name))
    return file.withBytes(in: 0..<file.count) { Array($0) }
  }
}
