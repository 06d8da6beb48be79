import ArgumentParser
import Passes
import Pipelines
import Tensors

extension Foley {
  /// `foley train my-pipeline my-dataset -o my-run`
  struct Train: InterruptibleCommand {
    static let configuration = CommandConfiguration(
      abstract: "Train the bridge of a pipeline; everything else stays frozen.",
      discussion: """
        The run directory holds a bridge and the state of every so many steps. A run that was ended, whatever way, \
        goes on by --resume and gives the same bytes as if it had not been. SIGTERM and Ctrl-C save and end.

        Example: foley train my-pipeline my-dataset -o my-run --steps 20000
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
      let options = try machinery.start(until: interrupt, in: Precision.allCases)
      var directory = RunDirectory(output)
      directory.kept = keep
      var settings = resume ? try directory.settings() : try training.settings()
      if let precision = machinery.precision { settings.precision = precision }
      let clips = try Dataset(path: dataset)
      let opened = try Pipeline(path: try EmbeddedPipeline.place(of: pipeline))
      var run = try TrainingRun(
        try BridgeTraining(opened, clips, validation: try watching.dataset(), settings, options: options),
        in: directory,
        resuming: resume,
        note: { note in StandardError.write("warning: \(note)\n") })
      (run.saveEvery, run.validateEvery, run.spike) = (saveEvery, watching.validateEvery, spike)
      if resume, !machinery.quiet { StandardError.write("resuming behind step \(run.training.step)\n") }
      let samples = watching.sampleEvery.map { _ in
        TrainingSamples(
          opened, run.training.validation ?? clips, count: watching.samples, options: options)
      }
      let watch = try RunWatch(
        run, quiet: machinery.quiet, samples: samples, every: watching.sampleEvery ?? 1)
      try advance(&run, watch, until: interrupt)
      try StandardOutput.write(summary(run.training.step, directory))
    }

    /// Makes all steps, or as many as there is time for; saves whatever way it ends.
    private func advance(_ run: inout TrainingRun, _ watch: RunWatch, until interrupt: Interrupt) throws {
      defer { watch.clear() }
      do {
        try watch.look(at: &run)
        while !run.isDone {
          guard !interrupt.isRaised else { throw Diagnostic.stopped() }
          watch.show(try run.advance())
          try watch.look(at: &run)
        }
      } catch let error as Diagnostic where error.kind == .interrupted {
        try run.save()
        try watch.draw(run.training.step)
        throw Diagnostic.stopped(at: run.training.step, in: output)
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
  fileprivate static func stopped() -> Diagnostic { Diagnostic("stopped", kind: .interrupted) }
  fileprivate static func stopped(at step: Int, in path: String) -> Diagnostic {
    Diagnostic(
      "stopped behind step \(step), which is saved", at: path, help: "go on with --resume", kind: .interrupted
    )
  }
}
