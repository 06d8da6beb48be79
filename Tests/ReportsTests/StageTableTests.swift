import Reports
import Tensors
import Testing

@Suite struct StageTableTests {
  /// One stage that reaches half of what a machine of 100 GFLOP/s does.
  private static var table: StageTable {
    let machine = StageTable.Machine(
      threads: 1, isa: "avx2", precision: "f32", flops: 1e11, narrowFlops: nil, readBytes: 0x1p30)
    let work = StageTable.Work(flops: 1e9, narrowFlops: 0, bytes: 2048, leastSeconds: 0.01)
    var stage = StageTable.Stage(
      "step", count: 3, seconds: (0.02, 0.0195, 0.5), first: 1, work, peakMemory: 1 << 20)
    stage.runs = [0.02, 0.0195, 0.5]
    stage.nodes = [
      StageTable.Node(line: "%y = linear(%x, %w)", type: "f32[2]", count: 1, seconds: 0.015, work)
    ]
    var table = StageTable("tiny", machine)
    table.stages = [stage]
    return table
  }

  @Test func text() {
    #expect(
      Self.table.text == """
        tiny
        f32, avx2, 1 thread: at best 100.0 GFLOP/s, 1 GiB/s read

        stage  times     ms  least   most   first  GFLOP  GFLOP/s  of best  moved  peak RSS
        step       3  20.00  19.50  500.0  1000.0  1.000     50.0   50.0 %  2 KiB     1 MiB

        step: where most of the time goes
             ms   share  GFLOP/s  times  shape   node
          15.00  75.0 %     66.7      1  f32[2]  %y = linear(%x, %w)

        """)
  }

  @Test func json() throws {
    let json = JSON.Cursor(Self.table.json, file: "output")
    #expect(try json.array("stages")[0].real("ceiling_share") == 0.5)
    #expect(try json.array("stages")[0].array("nodes")[0].real("share") == 0.75)
    #expect(Self.table.json.printed().contains("\"narrow_flops_per_second\":null"))
  }

  /// Microseconds from the start, one track behind the other.
  @Test func trace() throws {
    var trace = Trace("tiny", start: 10)
    trace.beginTrack("clip")
    trace.beginTrack("step")
    trace.append("run 1", kind: "run", began: 10.5, seconds: 0.25)
    let events = try JSON.Cursor(trace.json, file: "trace").array("traceEvents")
    #expect(try events.map { try $0.string("ph") } == ["M", "M", "M", "X"])
    #expect(try events[3].integer("tid") == 2 && events[3].real("ts") == 500_000)
    #expect(try events[3].real("dur") == 250_000)
  }
}
