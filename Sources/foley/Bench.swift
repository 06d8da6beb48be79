import ArgumentParser
import Kernels
import Passes
import Pipelines
import Reports
import Runtime
import Tensors

extension Foley {
  /// `foley bench my-pipeline --seconds 8`
  struct Bench: InterruptibleCommand {
    static let configuration = CommandConfiguration(
      abstract: "Time what a model computes, stage by stage.",
      discussion: """
        Of a pipeline the stages of making one clip are timed, as foley generate computes them; of any other source, \
        and with --component, one graph on inputs that are made up. How much of what the machine does at best is \
        reached is told by a loop that multiplies and adds in registers alone, measured in the same run.

        Example: foley bench my-pipeline --seconds 8 --steps 50
        Example: foley bench t5-base --length B=1,N=128 --profile trace.json
        """)

    @OptionGroup var source: GraphSource

    @Option(help: "Timed runs of each stage, behind a first one.")
    var runs = 5

    @OptionGroup(title: "A pipeline's clip") var clip: TimedClip
    @OptionGroup(title: "One graph") var graph: TimedGraph

    @Option(
      help: ArgumentHelp(
        "Write every run of every node, too, for Perfetto or chrome://tracing.", valueName: "trace.json"))
    var profile: String?

    @OptionGroup(title: "How to run") var machinery: Machinery

    func validate() throws {
      guard runs >= 1 else { throw ValidationError("'--runs' is \(runs), but must be 1 or more.") }
    }

    func run(until interrupt: Interrupt) throws {
      if let profile { _ = try AtomicFile(replacing: profile) }
      var options = try machinery.start(until: interrupt, in: Precision.allCases)
      options.measuresTime = true
      let precision = machinery.precision ?? .f32
      let line = ProgressLine(quiet: machinery.quiet)
      defer { line.clear() }
      let progress: StageTimer.Progress = { line.show($0, $1, $2) }
      let place = try source.place()
      let began = Profile.now()

      var table: StageTable
      let timings: [StageTiming]
      if source.component == nil, Pipeline.isThere(at: place) {
        try graph.refuse(beside: source.source)
        let generator = Generator(try Pipeline(path: place), precision, options: options)
        let work = try clip.work(generator)
        let ceiling = Ceiling.measured()
        timings = try work.stages.map { stage throws(Diagnostic) in
          try work.clip.time(stage, runs: runs, progress: progress)
        }
        table = StageTable("\(source.source): \(work.clip)", StageTable.Machine(ceiling, precision))
        for (stage, timing) in zip(work.stages, timings) {
          table.stages.append(StageTable.Stage(timing, count: try work.clip.count(of: stage), ceiling))
        }
        if work.stages == work.clip.stages { table.clip = StageTable.Stage(sum: table.stages) }
      } else {
        let subject = try source.subject(at: graph.lengths.merged)
        try clip.refuse(beside: source.source)
        let ceiling = Ceiling.measured()
        timings = [try graph.time(subject, precision, options, runs: runs, progress)]
        table = StageTable(source.source, StageTable.Machine(ceiling, precision))
        table.stages = timings.map { StageTable.Stage($0, count: 1, ceiling) }
      }
      line.clear()
      if let profile {
        let trace = Trace(table.title, start: began, timings)
        try AtomicFile.write(trace.json.printed() + "\n", to: profile)
      }
      switch machinery.format {
      case .text: try StandardOutput.write(table.text)
      case .json: try StandardOutput.write(table.json.printed(pretty: true) + "\n")
      }
    }
  }
}
