import Checkpoints
import TemporaryFolders
import Tensors
import Testing

@Suite struct BenchTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func json(_ text: some StringProtocol) throws -> JSON.Cursor {
    JSON.Cursor(try JSON(parsing: Array(text.utf8)), file: "output")
  }

  /// The tiny pipeline, and what is said of it.
  private func pipeline() throws -> String {
    try folder.assembleTiny()
    return folder("pipeline")
  }

  @Test func everyStageOfAClip() throws {
    let seen = try foley(
      "bench", try pipeline(), "--seconds", "5", "--steps", "4", "--runs", "3", "--format", "json", "--quiet")
    #expect(seen.status == 0, "\(seen)")
    let json = try json(seen.output)
    let best = try json.real("machine", "flops_per_second")
    #expect(best > 1e8)
    let stages = try json.array("stages")
    #expect(
      try stages.map { try $0.string("name") } == [
        "text-encoder", "video-encoder", "clip", "step", "decoder",
      ])
    // Two segments of 4 s, and as many calls as steps.
    #expect(try stages.map { try $0.integer("count") } == [1, 2, 1, 4, 1])
    for stage in stages {
      let (least, median) = (try stage.real("least_seconds"), try stage.real("seconds"))
      #expect(try least > 0 && least <= median && median <= stage.real("most_seconds"))
      #expect(try stage.array("runs").count == 3 && stage.real("first_seconds") > 0)
      #expect(try stage.real("flops") > 0 && stage.real("bytes") > 0 && stage.integer("peak_rss") > 1 << 20)
      #expect(try abs(stage.real("flops_per_second") * median / stage.real("flops") - 1) < 1e-9)
      let nodes = try stage.array("nodes")
      #expect((1...10).contains(nodes.count))
      let times = try nodes.map { try $0.real("seconds") }
      #expect(times == times.sorted(by: >) && times.reduce(0, +) < median * 2)
      #expect(try nodes.reduce(0) { try $0 + $1.real("flops") } <= stage.real("flops"))
    }
    let sum = try stages.reduce(0) { try $0 + Double($1.integer("count")) * $1.real("flops") }
    #expect(try json.real("clip", "flops") == sum)
    let time = try stages.reduce(0) { try $0 + Double($1.integer("count")) * $1.real("seconds") }
    #expect(try abs(json.real("clip", "seconds") - time) < 1e-9)
  }

  /// Stages that are asked for alone make no whole clip; one row of guidance is less work than two.
  @Test func oneStageAndItsTrace() throws {
    let place = try pipeline()
    let seen = try foley(
      "bench", place, "--seconds", "1", "--stage", "step", "--stage", "clip", "--runs", "2", "--profile",
      folder("trace.json"), "--format", "json")
    #expect(seen.status == 0, "\(seen)")
    let stages = try json(seen.output).array("stages")
    #expect(try stages.map { try $0.string("name") } == ["clip", "step"])
    #expect(!seen.output.contains("whole clip"))
    let alone = try foley(
      "bench", place, "--seconds", "1", "--stage", "step", "--cfg", "1", "--runs", "1", "--format", "json")
    #expect(try json(alone.output).array("stages")[0].real("flops") < stages[1].real("flops") * 0.6)

    let trace = try json(String(decoding: try folder.bytes("trace.json"), as: UTF8.self))
    let all = try trace.array("traceEvents")
    let events = try all.filter { try $0.string("ph") == "X" }
    let tracks = try all.filter { try $0.string("name") == "thread_name" }
      .map { try $0.string("args", "name") }
    #expect(tracks == ["clip", "step"])
    for track in 1...2 {
      let mine = try events.filter { try $0.integer("tid") == track }.map(Event.init)
      let (runs, ops) = (mine.filter { $0.kind == "run" }, mine.filter { $0.kind == "op" })
      #expect(runs.map(\.name) == ["run 1", "run 2"] && runs[0].end <= runs[1].start)
      #expect(mine.count { $0.kind == "graph" } == 2)
      #expect(ops.count > 10)
      for op in ops { #expect(runs.contains { $0.start <= op.start && op.end <= $0.end + 0.01 }) }
      for (before, after) in zip(ops, ops.dropFirst()) { #expect(before.end <= after.start + 0.01) }
      let flops = ops.reduce(0) { $0 + $1.flops }
      #expect(try abs(flops - 2 * stages[track - 1].real("flops")) <= flops * 1e-9)
    }
  }

  private struct Event {
    let name, kind: String
    let start, end, flops: Double

    init(_ json: JSON.Cursor) throws {
      (name, kind, start) = (try json.string("name"), try json.string("cat"), try json.real("ts"))
      end = try start + json.real("dur")
      flops = kind == "op" ? try json.real("args", "flops") : 0
    }
  }

  /// Of so few rows that the weights are read as they lie.
  @Test func oneGraphExactly() throws {
    let graph = try folder.put(
      "layer.graph",
      """
      graph @layer(%x: f32[B, 8]) {
        %w = parameter path="w" frozen=true : f32[6, 8]
        %y = linear(%x, %w)                 : f32[B, 6]
        return %y
      }

      """)
    let weight = try Tensor(floats: (0..<48).map(Float.init), shape: [6, 8])
    try Checkpoint.write([("w", weight)], to: folder("w.safetensors"))
    let arguments = ["bench", graph, "--weights", folder("w.safetensors"), "--length", "B=3", "--runs", "2"]
    let seen = try FoleyProcess(arguments + ["--format", "json"])
    #expect(seen.status == 0, "\(seen)")
    let stages = try json(seen.output).array("stages")
    #expect(try stages.count == 1 && stages[0].string("name") == "layer")
    #expect(try stages[0].real("flops") == 288 && stages[0].real("narrow_flops") == 0)
    #expect(try stages[0].real("bytes") == 4 * (24 + 48 + 18))
    let nodes = try stages[0].array("nodes")
    #expect(try nodes.count == 1 && nodes[0].string("node") == "%y = linear(%x, %w)")
    #expect(try nodes[0].string("type") == "f32[3, 6]" && nodes[0].integer("count") == 1)

    let text = try FoleyProcess(arguments)
    #expect(text.output.contains("layer: where most of the time goes"), "\(text)")
    #expect(text.output.contains("%y = linear(%x, %w)") && !text.output.contains("whole clip"))
    let closed = try FoleyProcess(arguments + ["--profile", folder("nowhere/trace.json")])
    #expect(closed.status == 73 && closed.errors.contains("nowhere") && closed.output.isEmpty, "\(closed)")
    let missing = try foley("bench", folder("nowhere"), "--seconds", "2")
    #expect(missing.status == 66 && missing.errors.contains("nowhere"), "\(missing)")
  }
}
