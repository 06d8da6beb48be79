import ArgumentParser
import Kernels
import Passes
import Runtime
import Tensors

/// How a command computes and what it says meanwhile.
struct Machinery: ParsableArguments {
  @Option(help: "Threads that share the work; 0 for one a core. Results do not depend on it.")
  var threads = 0

  @Option(help: "What products and convolutions round their operands to. (default: f32)")
  var precision: Precision?

  @Option(help: "How to print the result.")
  var format = Format.text

  @Flag(name: .shortAndLong, help: "Print no progress and no notes.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Print notes on what is done.")
  var verbose = false

  enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

  func validate() throws {
    guard threads >= 0 else { throw ValidationError("'--threads' is \(threads), but must be 0 or more.") }
    guard !quiet || !verbose else { throw ValidationError("'--quiet' and '--verbose' exclude each other.") }
  }

  /// Sets up the kernels of the process, with `share` threads unless others were asked for, and gives the options of
  /// a session that ends with `interrupt`.
  ///
  /// Throws iff another precision is asked for than the command knows.
  func start(
    until interrupt: Interrupt, in known: [Precision] = [.f32], share: Int = 0
  ) throws(Diagnostic) -> SessionOptions {
    if let precision, !known.contains(precision) { throw .precision(precision, known) }
    try Machine.use(threads: threads == 0 ? share : threads)
    var options = SessionOptions()
    options.isCancelled = { interrupt.isRaised }
    return options
  }

  /// Prints `text` for a person who asked for it.
  func note(_ text: @autoclosure () -> String) {
    if verbose { StandardError.write("note: " + text() + "\n") }
  }
}

extension Precision: ExpressibleByArgument {}

extension Diagnostic {
  fileprivate static func precision(_ precision: Precision, _ known: [Precision]) -> Diagnostic {
    let list = known.map(\.rawValue).joined(separator: " or ")
    return Diagnostic(
      "--precision is \(precision), but this command computes in \(list)", help: "leave it out", kind: .usage)
  }
}
