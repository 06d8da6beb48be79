import Checkpoints
import TemporaryFolders
import Tensors
import Testing

@Suite struct DiffTests {
  static let tiny = "\(Places.fixtures)/tiny"

  private func json(_ arguments: String...) throws -> (status: Int32, report: JSON.Cursor) {
    let seen = try FoleyProcess(["diff"] + arguments + ["--format", "json"])
    return (seen.status, JSON.Cursor(try JSON(parsing: Array(seen.output.utf8)), file: "output"))
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
    #expect(try seen.report.array("tensors").allSatisfy { try $0.string("verdict") == "identical" })
  }

  @Test func roundedCopiesDiffer() throws {
    for half in ["f16", "bf16"] {
      let seen = try json("\(Self.tiny)/text_encoder_v1_1", "\(Self.tiny)/text_encoder_v1_1_\(half)")
      #expect(seen.status == 1)
      for tensor in try seen.report.array("tensors") {
        #expect(try tensor.string("verdict") == "rounded" && tensor.real("relative") < 0.005)
      }
    }
  }

  /// Named otherwise, fused and split, in one directory or in several: the values are all found.
  @Test func diffusersHoldsTheWeightsOfStableAudioTools() throws {
    let seen = try json("\(Self.tiny)/stable_audio/model.safetensors", "\(Self.tiny)/diffusers")
    #expect(seen.status == 1)
    let rest = try seen.report.array("tensors").filter { tensor in
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
    let tensor = try seen.report.array("tensors")[0]
    #expect(try tensor.string("verdict") == "changed" && tensor.real("max_difference") == 1)
    #expect(try tensor.real("relative") == 1.0 / 3 && tensor.integer("differing") == 1)
  }
}
