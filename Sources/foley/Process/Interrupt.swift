import Glibc
import Synchronization
import Tensors

/// A person's or the system's wish that the process ends: SIGINT, SIGTERM or SIGHUP.
///
/// While the work heeds it, the first signal raises the flag, so that the work ends cleanly; the second ends the
/// process at once. Work that does not heed it is ended by the first. Either way no unfinished file is left.
final class Interrupt: Sendable {
  private let raised = Atomic(false)
  private let isHeeded = Atomic(false)

  /// Whether the work should end. Cheap; asked from any thread.
  var isRaised: Bool { raised.load(ordering: .relaxed) }

  /// Calls `work`, which looks at `isRaised`.
  func heeded<Result>(_ work: () throws -> Result) rethrows -> Result {
    isHeeded.store(true, ordering: .relaxed)
    defer { isHeeded.store(false, ordering: .relaxed) }
    return try work()
  }

  /// Gives the signals to a thread of their own. Called once, before any other thread is there.
  ///
  /// A signal that the parent process had ignored stays ignored: `nohup` and background jobs count on it.
  func watchSignals() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(signal) { sigaddset(&signals, signal) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Interrupt>.fromOpaque(context).takeRetainedValue().waitForSignals() }
        return nil
      }, context)
  }

  private func waitForSignals() {
    var signals = sigset_t()
    pthread_sigmask(SIG_BLOCK, nil, &signals)
    var signal: Int32 = 0
    while sigwait(&signals, &signal) == 0 {
      let isFirst = !raised.exchange(true, ordering: .relaxed)
      if isFirst, isHeeded.load(ordering: .relaxed) { continue }
      AtomicFile.removeUnfinished()
      _exit(Diagnostic.Kind.interrupted.rawValue)
    }
  }

  private func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(signal, nil, &action) == 0, let handler = action.__sigaction_handler.sa_handler else {
      return false
    }
    return unsafeBitCast(handler, to: Int.self) == 1
  }
}
