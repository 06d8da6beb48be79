import CaseFiles
import Families
import Foundation
import Graphs
import Operators
import Passes
import Tensors
import Testing

/// The graphs of whole models in `graphs/`, so that a change of a family or a pass shows as a difference of
/// text. `BLESS=1` writes them anew.
@Suite struct GoldenGraphTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../graphs").standardizedFileURL

  private static let names = [
    "conditioners", "dit", "dit-bridged", "dit-diffusers", "dit-guided", "dit-small", "t5", "t5-v1.1",
    "vae-decoder", "vae-encoder", "vjepa2",
  ]

  private static func graph(_ name: String) throws -> Graph {
    switch name {
    case "conditioners", "vae-decoder", "vae-encoder":
      return try model("stable_audio", String(name.trimmingPrefix("vae-")))
    case "dit": return try Tiny.backbone().graph
    case "dit-bridged": return try Pass.insertVideoAttention(Tiny.bridge()).run(Tiny.backbone().graph)
    case "dit-diffusers": return try Tiny.backbone("diffusers").graph
    case "dit-guided": return try (Pass.inference + [.guideBatch()]).run(on: graph("dit-bridged"))
    case "dit-small": return try Tiny.backbone("stable_audio_small").graph
    case "t5": return try model("text_encoder")
    case "t5-v1.1": return try model("text_encoder_v1_1")
    case "vjepa2": return try Pass.fuseRoPEAttention.run(model("video_encoder"))
    default: throw Diagnostic("there is no model \(name)")
    }
  }

  private static func model(_ name: String, _ component: String? = nil) throws -> Graph {
    try ModelSource(path: Tiny.path("tiny/\(name)")).model(component).graph
  }

  @Test(arguments: names) func isAsWritten(name: String) throws {
    let graph = try Self.graph(name)
    let url = Self.folder.appendingPathComponent("\(name).graph")
    if CaseFile.isBlessing { try graph.description.write(to: url, atomically: true, encoding: .utf8) }
    let written = try String(contentsOf: url, encoding: .utf8)
    #expect(graph.problems() == [])
    #expect(try Graph.parse(written, file: "\(name).graph", ops: .all) == [graph])
    #expect(written == graph.description)
  }

  @Test func everyFileIsAGraphOfThese() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
      .filter { $0.hasSuffix(".graph") }
    #expect(Set(files) == Set(Self.names.map { "\($0).graph" }))
  }
}
