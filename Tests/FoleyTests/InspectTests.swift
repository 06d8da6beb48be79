import Checkpoints
import Foundation
import Graphs
import Operators
import TemporaryFolders
import Tensors
import Testing

@Suite struct InspectTests {
  static let tiny = "\(Places.fixtures)/tiny"

  private func json(_ arguments: String...) throws -> JSON.Cursor {
    let seen = try FoleyProcess(arguments + ["--format", "json"])
    #expect(seen.status == 0, "\(seen.errors)")
    return JSON.Cursor(try JSON(parsing: Array(seen.output.utf8)), file: "output")
  }

  @Test(arguments: ["text_encoder", "video_encoder", "stable_audio", "stable_audio_small", "diffusers"])
  func summaryIsJSON(_ name: String) throws {
    for part in try json("inspect", "\(Self.tiny)/\(name)").array() {
      #expect(try !part.array("inputs").isEmpty && !part.array("outputs").isEmpty)
      #expect(try part.array("parameters")[0].integer("count") > 0)
    }
  }

  @Test(arguments: ["--graph", "--ops", "--weights", "--memory"]) func everyAspectIsJSON(_ aspect: String)
    throws
  {
    let parts = try json(
      "inspect", "\(Self.tiny)/diffusers", "--component", "backbone", aspect, "--length", "B=1,L=8,S=4"
    ).array()
    #expect(parts.count == 1)
  }

  @Test func passesRunInOrder() throws {
    let ops = try json(
      "inspect", "\(Self.tiny)/stable_audio", "--component", "backbone", "--ops", "--after", "recognise",
      "--after",
      "fuse-rope-attention"
    ).array()[0].array().map { try $0.string("op") }
    #expect(ops.contains("rotary_attention") && !ops.contains("rope"))
  }

  @Test func lengthsGiveCostAndMemory() throws {
    let part = try json("inspect", "\(Self.tiny)/text_encoder", "--length", "B=1", "--length", "N=32")
      .array()[0]
    #expect(try part.real("cost", "flops") > 1e6)
    #expect(try part.integer("memory", "arena") > 0)
    #expect(try part.integer("lengths", "N") == 32)
    let twice = try json("inspect", "\(Self.tiny)/text_encoder", "--length", "B=2,N=32").array()[0]
    #expect(try twice.real("cost", "flops") > 1.9 * part.real("cost", "flops"))
  }

  @Test func weightsNameEveryTensor() throws {
    let table = try json("inspect", "\(Self.tiny)/text_encoder", "--weights").array()[0].array("tensors")
    let checkpoint = try Checkpoint.open(path: Places.package.path + "/\(Self.tiny)/text_encoder")
    #expect(try table.map { try $0.string("name") } == checkpoint.entries.map(\.name.text))
  }

  @Test func scanCountsWhatIsNotFinite() throws {
    let folder = try TemporaryFolder()
    let values: [Float] = [1, .nan, .infinity, -.infinity]
    try Checkpoint.write([("w", Tensor(floats: values, shape: [4]))], to: folder("w.safetensors"))
    let row = try json("inspect", folder("w.safetensors"), "--weights", "--scan").array()[0].array("tensors")[
      0]
    #expect(try row.integer("nan") == 1 && row.integer("infinite") == 2)
  }

  /// The unfolded text of a graph is read back as the same graph, and inspected again is the same text.
  @Test func unfoldedTextIsTheGraph() throws {
    let folder = try TemporaryFolder()
    let whole = try foley("inspect", "\(Self.tiny)/video_encoder", "--graph", "--unfolded")
    let path = try folder.put("v.graph", whole.output)
    #expect(try Graph.parse(whole.output, ops: .all).count == 1)
    #expect(try foley("inspect", path, "--graph", "--unfolded").output == whole.output)
    let folded = try foley("inspect", path, "--graph").output
    #expect(folded.contains("# layers.1 as layers.0\n") && folded.utf8.count < whole.output.utf8.count)
  }

  /// Blocks that differ in an attribute are both shown.
  @Test func unequalBlocksAreNotFolded() throws {
    let folder = try TemporaryFolder()
    func text(_ axes: [Int]) -> String {
      let lines = axes.enumerated().map { index, axis in
        let source = index == 0 ? "x" : "layers.\(index - 1).y"
        return "  %layers.\(index).y = softmax(%\(source)) axis=\(axis) : f32[4, 4]\n"
      }
      return "graph @g(%x: f32[4, 4]) {\n" + lines.joined() + "  return %layers.\(axes.count - 1).y\n}\n"
    }
    let equal = try foley("inspect", folder.put("a.graph", text([0, 0, 0])), "--graph")
    #expect(equal.output.contains("# layers.1-2 as layers.0"), "\(equal.errors)")
    let mixed = try foley("inspect", folder.put("b.graph", text([0, 1, 1])), "--graph")
    #expect(mixed.output.contains("# layers.2 as layers.1") && mixed.output.contains("%layers.1.y ="))
  }

  @Test func severalGraphsInAFile() throws {
    let folder = try TemporaryFolder()
    let body = "(%x: f32[N]) {\n  %y = exp(%x) : f32[N]\n  return %y\n}\n"
    let path = try folder.put("two.graph", "graph @a\(body)graph @b\(body)")
    #expect(try foley("inspect", path, "--component", "b", "--graph").output.hasPrefix("graph @b("))
    #expect(try foley("inspect", path, "--component", "c").status == 64)
    #expect(try foley("inspect", path).output.contains("@a\n"))
  }

  @Test func aFullDiskIsAnError() throws {
    let process = Process()
    process.executableURL = Places.executable
    process.currentDirectoryURL = Places.package
    process.arguments = ["inspect", "\(Self.tiny)/text_encoder"]
    process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 74)
  }
}
