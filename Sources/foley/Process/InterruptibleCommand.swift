import ArgumentParser

/// A command that takes long and stops by itself when it is asked to.
protocol InterruptibleCommand: ParsableCommand {
  /// Does the work; looks at `interrupt.isRaised` often and then throws a diagnostic of kind `.interrupted`.
  /// `SessionOptions.isCancelled = { interrupt.isRaised }` does that for a session.
  func run(until interrupt: Interrupt) throws
}
