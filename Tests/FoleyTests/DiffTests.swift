import Checkpoints
import Foundation
import TemporaryFolders
import Tensors
import Testing

@Suite struct DiffTests {
  static let tiny = "\(Places.fixtures)/tiny"

  private func json(_ arguments: String...) throws -> (status: Int32, report: JSON.Cursor) {
    let seen = try FoleyProcess(["diff"] + arguments + ["--format", "json"])
    return (seen.status, JSON.Cursor(try JSON(parsing: Array(seen.output.utf8)), file: "output"))
  }

  /// The weights of the only part.
  private func tensors(_ report: JSON.Cursor) throws -> [JSON.Cursor] {
    try report.array("parts")[0].array("weights", "tensors")
  }

  @Test func aFileIsTheSameAsItself() throws {
    let path = "\(Self.tiny)/bridge.safetensors"
    let seen = try foley("diff", path, path)
    #expect(seen.status == 0 && seen.output.contains("are the same"), "\(seen)")
    #expect(try foley("diff", path, path, "-q").output.isEmpty)
    #expect(try foley("diff", path, path, "-v").output.contains("identical  blocks.0-1.adapter.0.bias  (2)"))
  }

  /// Shards are one checkpoint; another directory layout of the same weights is the same but for its names.
  @Test func shardsAndPrefixes() throws {
    let seen = try json("\(Self.tiny)/text_encoder_v1_1", "\(Self.tiny)/text_encoder_v1_1_sharded")
    #expect(seen.status == 0)
    #expect(try tensors(seen.report).allSatisfy { try $0.string("verdict") == "identical" })
  }

  @Test func roundedCopiesDiffer() throws {
    for half in ["f16", "bf16"] {
      let seen = try json("\(Self.tiny)/text_encoder_v1_1", "\(Self.tiny)/text_encoder_v1_1_\(half)")
      #expect(seen.status == 1)
      for tensor in try tensors(seen.report) {
        #expect(try tensor.string("verdict") == "rounded" && tensor.real("relative") < 0.005)
      }
    }
  }

  /// Named otherwise, fused and split, in one directory or in several: the values are all found.
  @Test func diffusersHoldsTheWeightsOfStableAudioTools() throws {
    let seen = try json(
      "\(Self.tiny)/stable_audio/model.safetensors", "\(Self.tiny)/diffusers", "--weights")
    #expect(seen.status == 1)
    let rest = try tensors(seen.report).filter { tensor in
      try !["identical", "equal"].contains(tensor.string("verdict"))
    }
    // A table that upstream computes anew, and the text encoder, which stable-audio-tools keeps elsewhere.
    for tensor in rest {
      if try tensor.string("verdict") == "only in A" {
        #expect(try tensor.string("a", "name") == "model.model.transformer.rotary_pos_emb.inv_freq")
      } else {
        #expect(try tensor.string("b", "name").hasPrefix("text_encoder/"))
      }
    }
  }

  @Test func troubleIsStatusTwo() throws {
    #expect(try foley("diff", "nowhere", "\(Self.tiny)/bridge.safetensors").status == 2)
    #expect(try foley("diff", "\(Self.tiny)/bridge.safetensors").status == 2)
    #expect(try foley("diff", "a", "b", "--format", "xml").status == 2)
    #expect(try foley("diff", "--help").status == 0)
  }

  @Test func differencesAreStatusOne() throws {
    let folder = try TemporaryFolder()
    try Checkpoint.write([("w", Tensor(floats: [1, 2], shape: [2]))], to: folder("a.safetensors"))
    try Checkpoint.write([("w", Tensor(floats: [1, 3], shape: [2]))], to: folder("b.npz"))
    let seen = try json(folder("a.safetensors"), folder("b.npz"))
    #expect(seen.status == 1)
    let tensor = try tensors(seen.report)[0]
    #expect(try tensor.string("verdict") == "changed" && tensor.real("max_difference") == 1)
    #expect(try tensor.real("relative") == 1.0 / 3 && tensor.integer("differing") == 1)
  }

  struct Layouts: CustomTestStringConvertible, Sendable {
    let a: String
    let b: String
    let component: String
    var testDescription: String { "\(a) \(b) \(component)" }
  }

  /// One model in two layouts: the graphs are equal, each weight is found, and the results agree.
  @Test(arguments: [
    Layouts(a: "stable_audio", b: "diffusers", component: "backbone"),
    Layouts(a: "diffusers", b: "stable_audio", component: "backbone"),
    Layouts(a: "stable_audio", b: "diffusers", component: "encoder"),
    Layouts(a: "stable_audio", b: "diffusers", component: "decoder"),
    Layouts(a: "stable_audio", b: "diffusers", component: "conditioners"),
    Layouts(a: "video_encoder", b: "video_encoder_facebook", component: "video_encoder"),
    Layouts(a: "text_encoder_v1_1", b: "text_encoder_v1_1_sharded", component: "text_encoder"),
  ])
  func layoutsOfOneModelAreTheSame(_ layouts: Layouts) throws {
    let seen = try json(
      "\(Self.tiny)/\(layouts.a)", "\(Self.tiny)/\(layouts.b)", "--component", layouts.component)
    #expect(seen.status == 0)
    let part = try seen.report.array("parts")[0]
    #expect(try part.object("graph").value.isTrue("equal") && part.object("weights").value.isTrue("same"))
    #expect(try part.array("graph", "changes").isEmpty)
    #expect(try tensors(seen.report).allSatisfy { try $0.find(["a"]) != nil && $0.find(["b"]) != nil })
  }

  @Test func resultsOfOneModelAgree() throws {
    let seen = try json(
      "\(Self.tiny)/stable_audio", "\(Self.tiny)/diffusers", "--component", "backbone", "--random",
      "--length",
      "L=8,S=3")
    #expect(seen.status == 0)
    let numbers = try seen.report.array("parts")[0].object("numbers")
    #expect(try numbers.integer("nodes") > 50 && numbers.find(["first_divergence"]) == nil)
    #expect(try numbers.array("outputs").map { try $0.real("relative") }.allSatisfy { $0 < 1e-5 })
  }

  /// One weight is changed: the graph is equal, and the first node that diverges is the one that reads it.
  @Test func theFirstDivergenceIsNamed() throws {
    let folder = try TemporaryFolder()
    let source = try Checkpoint.open(path: Places.package.path + "/\(Self.tiny)/text_encoder")
    let name: Name = "encoder.block.1.layer.0.SelfAttention.k.weight"
    let tensors = try source.entries.map { entry -> (name: Name, tensor: Tensor) in
      let tensor = try entry.tensor
      guard entry.name == name else { return (entry.name, tensor) }
      return (name, try Tensor(reals: tensor.reals().map { $0 * 1.5 }, as: tensor.type))
    }
    try Checkpoint.write(tensors, to: folder("model.safetensors"))
    let config = "\(Self.tiny)/text_encoder/config.json"
    let inputs = "\(Places.fixtures)/references/text_encoder.safetensors"
    let seen = try json(
      "\(Self.tiny)/text_encoder", folder("model.safetensors"), "--config-b", config, "--inputs", inputs)
    #expect(seen.status == 1)
    let part = try seen.report.array("parts")[0]
    #expect(try part.array("graph", "changes").isEmpty)
    let changed = try self.tensors(seen.report).filter { try $0.string("verdict") == "changed" }
    #expect(try changed.map { try $0.string("a", "name") } == [name.text])
    #expect(try part.string("numbers", "first_divergence", "a").contains(name.text))
    let text = try foley(
      "diff", "\(Self.tiny)/text_encoder", folder("model.safetensors"), "--config-b", config, "--inputs",
      inputs)
    #expect(text.output.contains("first node beyond 1.0e-04") && text.output.contains("results differ"))
  }

  @Test func graphsWithoutWeights() throws {
    let seen = try json("graphs/dit.graph", "graphs/dit-diffusers.graph")
    #expect(seen.status == 0)
    let none = try foley("diff", "graphs/dit.graph", "graphs/dit-diffusers.graph", "--random")
    #expect(none.status == 2 && none.errors.contains("--weights-a"))
    let weights = "\(Self.tiny)/text_encoder/model.safetensors"
    let run = try json("graphs/t5.graph", "\(Self.tiny)/text_encoder", "--weights-a", weights, "--random")
    #expect(run.status == 0)
  }

  @Test func thePageStandsAlone() throws {
    let page = try foley("diff", "graphs/dit.graph", "graphs/dit-bridged.graph", "--format", "html").output
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("layers.0-1.video_attention"))
    #expect(!page.contains("<script") && !page.contains("http"))
    let folder = try TemporaryFolder()
    try Checkpoint.write(
      [("<b>&", Tensor(floats: [1], shape: [1]))], to: folder("a.safetensors"))
    try Checkpoint.write([("c", Tensor(floats: [2], shape: [1]))], to: folder("b.safetensors"))
    let escaped = try foley("diff", folder("a.safetensors"), folder("b.safetensors"), "--format", "html")
      .output
    #expect(escaped.contains("&lt;b&gt;&amp;") && !escaped.contains("<b>"))
  }
}

extension JSON {
  /// Whether the member `key` of the object is `true`.
  fileprivate func isTrue(_ key: Name) -> Bool {
    guard case .object(let object) = self else { return false }
    return object[key] == .bool(true)
  }
}
