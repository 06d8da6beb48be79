import ArgumentParser
import Checkpoints
import Kernels
import Passes
import Reports
import Tensors

extension Foley {
  /// `foley diff base.safetensors tuned.safetensors`
  struct Diff: InterruptibleCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tell how two models differ.",
      discussion: """
        Graphs are compared by structure, after the passes that make graphs of one model alike; names make no \
        difference, and neither do the order of results and the sides of commutative ops.

        Tensors correspond that graphs read in the same place, that are called the same, perhaps behind a prefix, \
        or that hold the same values: renamed, transposed, in another element type, joined or split along the \
        first axis. The measures are max|a-b|, that over max|b|, and the cosine; a NaN in both is no difference.

        The exit status is 0 where all that was compared is the same, 1 where something differs, 2 in case of \
        trouble.

        Example: foley diff stable-audio-open-1.0 stable-audio-diffusers --component backbone
        Example: foley diff model.safetensors tuned.safetensors --weights
        """)

    @OptionGroup var sources: DiffSources

    @Flag(help: "Compare one aspect only. Weights alone need no configuration.")
    var aspect: Aspect?

    @Flag(help: "Compare the graphs as they are, without any pass.")
    var asIs = false

    @OptionGroup(title: "Results on inputs") var trial: DiffTrial

    @Option(help: "How to print the result; html is a page that stands alone.")
    var format = Format.text

    @Option(help: "Threads that share the work; 0 for one a core. Results do not depend on it.")
    var threads = 0

    @Flag(name: .shortAndLong, help: "Print no progress, and nothing where there is no difference.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "List every node and tensor, and tell what makes no difference.")
    var verbose = false

    enum Aspect: String, EnumerableFlag { case weights, graph }

    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json, html }

    func validate() throws {
      guard threads >= 0 else { throw ValidationError("'--threads' is \(threads), but must be 0 or more.") }
      guard !quiet || !verbose else { throw ValidationError("'--quiet' and '--verbose' exclude each other.") }
      guard !trial.isWanted || aspect == nil else {
        throw ValidationError(
          "'--inputs' and '--random' run whole models; drop '--\(aspect?.rawValue ?? "")'.")
      }
    }

    func run(until interrupt: Interrupt) throws {
      try Machine.use(threads: threads)
      let line = ProgressLine(quiet: quiet)
      defer { line.clear() }
      let report = try report { (stage, done, total) throws(Diagnostic) in
        guard !interrupt.isRaised else { throw .stopped(stage) }
        line.show(stage, done, total)
      }
      line.clear()
      if !quiet || !report.isSame {
        switch format {
        case .text: try StandardOutput.write(report.text)
        case .json: try StandardOutput.write(report.json.printed(pretty: true) + "\n")
        case .html: try StandardOutput.write(report.html)
        }
      }
      if !report.isSame { throw ExitCode(1) }
    }

    private func report(_ progress: DiffProgress) throws -> DiffReport {
      let (a, b) = sources.sources
      var report = DiffReport(a.source, b.source)
      if try aspect == .weights || (aspect == nil && (a.isBare() || b.isBare())) {
        var part = DiffReport.Part("weights", "weights")
        part.weights = try WeightDiffTable(a.joinedCheckpoint(), b.joinedCheckpoint(), progress)
        part.weights?.listsIdentical = verbose
        report.parts = [part]
        return report
      }
      let (pairs, strays) = try sources.subjectPairs(at: trial.lengths.merged)
      report.strays = strays
      for pair in pairs {
        var comparison = SubjectComparison(pair.a, pair.b)
        (comparison.aspect, comparison.passes) = (aspect, asIs ? [] : Pass.canonical)
        (comparison.files, comparison.isVerbose) = ((sources.weightsA, sources.weightsB), verbose)
        report.parts.append(try comparison.part(trial, progress))
      }
      return report
    }
  }
}

/// Is told what is compared and how far it is; what it throws ends the work.
typealias DiffProgress = (_ stage: String, _ done: Int, _ total: Int) throws(Diagnostic) -> Void

extension Diagnostic {
  fileprivate static func stopped(_ stage: String) -> Diagnostic {
    Diagnostic("stopped while \(stage)", kind: .interrupted)
  }
}
