import ArgumentParser
import Checkpoints
import Families
import Kernels
import Reports
import Tensors

extension Foley {
  /// `foley diff base.safetensors tuned.safetensors`
  struct Diff: InterruptibleCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tell how two models differ.",
      discussion: """
        Tensors correspond that are called the same, perhaps behind a prefix, and then those that hold the same \
        values: renamed, transposed, in another element type, joined or split along the first axis. The measures \
        are max|a-b|, that over max|b|, and the cosine; a NaN in both is no difference.

        The exit status is 0 where all values are the same, 1 where some differ, 2 in case of trouble.

        Example: foley diff stable-audio-open-1.0/model.safetensors my-finetune/model.safetensors
        """)

    @OptionGroup var sources: DiffSources

    @Flag(help: "Compare weights, which needs no configuration.")
    var weights = false

    @Option(help: "How to print the result.")
    var format = Format.text

    @Option(help: "Threads that share the work; 0 for one a core. Results do not depend on it.")
    var threads = 0

    @Flag(name: .shortAndLong, help: "Print no progress, and nothing where there is no difference.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "List what is identical, too.")
    var verbose = false

    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

    func validate() throws {
      guard threads >= 0 else { throw ValidationError("'--threads' is \(threads), but must be 0 or more.") }
      guard !quiet || !verbose else { throw ValidationError("'--quiet' and '--verbose' exclude each other.") }
    }

    func run(until interrupt: Interrupt) throws {
      try Machine.use(threads: threads)
      let (a, b) = sources.sources
      let line = ProgressLine(quiet: quiet)
      defer { line.clear() }
      let diff = try WeightDiff(try a.joinedCheckpoint(), try b.joinedCheckpoint(), spread: .machine) {
        (done, total) throws(Diagnostic) in
        guard !interrupt.isRaised else { throw .stopped() }
        line.show("comparing weights, MiB", done >> 20, total >> 20)
      }
      line.clear()
      var table = WeightDiffTable(diff)
      table.listsIdentical = verbose
      if !quiet || !table.isSame {
        let text = format == .json ? table.json.printed(pretty: true) + "\n" : table.text
        try StandardOutput.write(text)
      }
      if !table.isSame { throw ExitCode(1) }
    }
  }
}

extension Diagnostic {
  fileprivate static func stopped() -> Diagnostic {
    Diagnostic("stopped while comparing", kind: .interrupted)
  }
}
