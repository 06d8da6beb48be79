import ArgumentParser
import Glibc
import Tensors

/// `foley`: convert, compile, inspect, run and bridge audio-video models.
@main
struct Foley: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Convert, compile, inspect, run and bridge audio-video models.",
    discussion: """
      Nothing is ever downloaded: models are read from where upstream saved them.

      Example: foley inspect stable-audio-open-1.0 --component backbone
      """,
    version: "0.1.0",
    subcommands: [
      Inspect.self, Diff.self, Run.self, Convert.self, NewBridge.self, Assemble.self, Generate.self,
      Prepare.self, Train.self, Evaluate.self, Bench.self,
    ])

  /// Ends the process: with status 0, that of a diagnostic's kind, or 64 for a wrong command line.
  static func main() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    let interrupt = Interrupt()
    interrupt.watchSignals()
    do {
      var command = try parseAsRoot()
      if let command = command as? any InterruptibleCommand {
        try interrupt.heeded { try command.run(until: interrupt) }
      } else {
        try command.run()
      }
    } catch let diagnostic as Diagnostic {
      StandardError.report(diagnostic)
      AtomicFile.removeUnfinished()
      Glibc.exit(status(diagnostic.kind.rawValue))
    } catch {
      let code = exitCode(for: error).rawValue
      guard status(code) != code else { exit(withError: error) }
      StandardError.write(fullMessage(for: error) + "\n")
      Glibc.exit(status(code))
    }
  }

  /// The exit status for what ends with `code`: `foley diff` has 2 for all trouble, as `diff` has, since 1 says that
  /// there are differences.
  private static func status(_ code: Int32) -> Int32 {
    let isDiff = CommandLine.arguments.dropFirst().first == Diff._commandName
    return isDiff && code >= 64 && code != Diagnostic.Kind.interrupted.rawValue ? 2 : code
  }
}
