import ArgumentParser
import Passes
import Pipelines
import Ranks
import Runtime
import Tensors

extension Foley {
  /// `foley train my-pipeline my-dataset -o my-run`
  struct Train: InterruptibleCommand {
    static let configuration = CommandConfiguration(
      abstract: "Train the bridge of a pipeline; everything else stays frozen.",
      discussion: """
        The run directory holds a bridge and the state of every so many steps. A run that was ended, whatever way, \
        goes on by --resume and gives the same bytes as if it had not been. SIGTERM and Ctrl-C save and end.

        Started by OpenMPI's mpirun, the ranks share the work: K of them do what one does with K times the \
        --accumulation.

        Example: foley train my-pipeline my-dataset -o my-run --steps 20000 --memory-limit 12GB
        """)

    @Argument(help: "A pipeline directory, made by `foley assemble`; or miniature, which comes with foley.")
    var pipeline: String

    @Argument(help: "A dataset, made by `foley prepare`.")
    var dataset: String

    @Option(name: .shortAndLong, help: "The run directory to write.")
    var output: String

    @Flag(help: "Go on with the run in the directory, with the settings it was begun with.")
    var resume = false

    @OptionGroup(title: "How to train") var training: TrainingOptions

    @Option(help: "Steps from one saved state and bridge to the next.")
    var saveEvery = 500

    @Option(help: "Saved states that are kept.")
    var keep = 3

    @Option(help: "Stop when a loss is this many times the mean of the last hundred.")
    var spike = 20.0

    @OptionGroup(title: "What to watch") var watching: WatchingOptions
    @OptionGroup(title: "How to run") var memory: MemoryOptions
    @OptionGroup(title: "How to run") var machinery: Machinery

    func validate() throws {
      for (name, count) in [("save-every", saveEvery), ("keep", keep)] {
        guard count >= 1 else { throw ValidationError("'--\(name)' is \(count), but must be 1 or more.") }
      }
      guard spike > 1 else { throw ValidationError("'--spike' is \(spike), but must be more than 1.") }
      guard !resume || !training.isGiven && machinery.precision == nil else {
        throw ValidationError("A resumed run keeps its settings; leave the options on how to train out.")
      }
    }

    func run(until interrupt: Interrupt) throws {
      let ranks = Ranks()
      do throws(Diagnostic) {
        try ranks.join()
        try train(on: ranks, until: interrupt)
        ranks.leave()
      } catch {
        guard ranks.speaks else { throw ExitCode.success }
        throw error
      }
    }

    private func train(on ranks: Ranks, until interrupt: Interrupt) throws(Diagnostic) {
      let isQuiet = machinery.quiet || !ranks.isFirst
      let cores = try ranks.cores()
      if let warning = cores?.warning, !isQuiet { StandardError.write("warning: \(warning)\n") }
      let (data, options) = try ranks.together { () throws(Diagnostic) in
        let options = try machinery.start(
          until: interrupt, in: Precision.allCases, share: cores?.threads ?? 0)
        return (try Data(self), options)
      }
      let begun = try ranks.together { () throws(Diagnostic) in
        try begin(on: data, ranks, sharing: cores?.ranks ?? 1, options)
      }
      var directory = RunDirectory(output)
      directory.kept = keep
      var run = try TrainingRun(
        begun, in: directory, resuming: resume,
        note: { note in if ranks.isFirst { StandardError.write("warning: \(note)\n") } })
      (run.saveEvery, run.validateEvery, run.spike) = (saveEvery, watching.validateEvery, spike)
      if !isQuiet { StandardError.write("expecting \(run.training.graph)\n") }
      if resume, !isQuiet { StandardError.write("resuming behind step \(run.training.step)\n") }
      let samples = watching.sampleEvery.map { _ in
        TrainingSamples(
          data.pipeline, run.training.validation ?? data.clips, count: watching.samples, options: options)
      }
      let watch = try ranks.together { () throws(Diagnostic) in
        try RunWatch(run, quiet: isQuiet, samples: samples, every: watching.sampleEvery ?? 1)
      }
      try advance(&run, watch)
      if ranks.isFirst { try StandardOutput.write(summary(run.training.step, directory)) }
    }

    /// What is trained, and on what.
    private struct Data {
      let pipeline: Pipeline
      let clips: Dataset

      init(_ train: Train) throws(Diagnostic) {
        clips = try Dataset(path: train.dataset)
        pipeline = try Pipeline(path: try EmbeddedPipeline.place(of: train.pipeline))
      }
    }

    private func begin(
      on data: Data, _ ranks: Ranks, sharing count: Int, _ options: SessionOptions
    ) throws(Diagnostic) -> BridgeTraining {
      var settings =
        resume ? try RunDirectory(output).settings() : try training.settings(ranks: ranks.count)
      if let precision = machinery.precision { settings.precision = precision }
      return try BridgeTraining(
        data.pipeline, data.clips, validation: try watching.dataset(), settings,
        memory.recomputation(ranks: count), ranks: ranks, options: options)
    }

    /// Makes all steps, or as many as there is time for; saves whatever way it ends.
    private func advance(_ run: inout TrainingRun, _ watch: RunWatch) throws(Diagnostic) {
      defer { watch.clear() }
      do throws(Diagnostic) {
        try watch.look(at: &run)
        while !run.isDone {
          watch.show(try run.advance())
          try watch.look(at: &run)
        }
      } catch {
        guard error.kind == .interrupted else { throw error }
        try run.save()
        try watch.draw(run)
        let step = run.training.step
        try run.training.ranks.together { () throws(Diagnostic) in throw .stopped(at: step, in: output) }
      }
    }

    private func summary(_ step: Int, _ directory: RunDirectory) -> String {
      switch machinery.format {
      case .text: "\(directory.bridgePath(step)): the bridge after \(step) steps\n"
      case .json:
        (["bridge": JSON(directory.bridgePath(step)), "steps": JSON(step)] as JSON).printed(pretty: true)
          + "\n"
      }
    }
  }
}

extension Diagnostic {
  fileprivate static func stopped(at step: Int, in path: String) -> Diagnostic {
    Diagnostic(
      "stopped behind step \(step), which is saved", at: path, help: "go on with --resume", kind: .interrupted
    )
  }
}
