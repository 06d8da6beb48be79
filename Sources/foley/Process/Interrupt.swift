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

  /// Calls `work`, a part of heeded work that does not look at `isRaised`.
  func unheeded<Result>(_ work: () throws -> Result) rethrows -> Result {
    isHeeded.store(false, ordering: .relaxed)
    defer { isHeeded.store(true, ordering: .relaxed) }
    return try work()
  }

  /// The descriptor to which the signal handler, which can know nothing else, writes a byte a signal.
  private static let alarm = Atomic<Int32>(-1)

  /// Gives the signals to a thread of their own. Called once, at the start of the process.
  ///
  /// Libraries have threads already by then that block no signal: only a handler sees a signal wherever it
  /// arrives. A signal that the parent process had ignored stays ignored: `nohup` and background jobs count on it.
  /// One that it had blocked, as threads of many runtimes have, is let in.
  func watchSignals() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    Interrupt.alarm.store(ends[1], ordering: .relaxed)
    let watcher = Watcher(interrupt: self, descriptor: ends[0])
    var thread = pthread_t()
    let started = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Watcher>.fromOpaque(context).takeRetainedValue().wait() }
        return nil
      }, Unmanaged.passRetained(watcher).toOpaque())
    guard started == 0 else { return }
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(signal) {
      handle(signal)
      sigaddset(&signals, signal)
    }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  private func handle(_ signal: Int32) {
    var action = sigaction()
    action.sa_flags = SA_RESTART
    action.__sigaction_handler.sa_handler = { _ in
      let code = errno
      var byte: UInt8 = 0
      _ = write(Interrupt.alarm.load(ordering: .relaxed), &byte, 1)
      errno = code
    }
    sigaction(signal, &action, nil)
  }

  private func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(signal, nil, &action) == 0, let handler = action.__sigaction_handler.sa_handler else {
      return false
    }
    return unsafeBitCast(handler, to: Int.self) == 1
  }

  /// Reads the bytes of the handler.
  private final class Watcher: Sendable {
    private let interrupt: Interrupt
    private let descriptor: Int32

    init(interrupt: Interrupt, descriptor: Int32) {
      (self.interrupt, self.descriptor) = (interrupt, descriptor)
    }

    func wait() {
      var byte: UInt8 = 0
      while read(descriptor, &byte, 1) == 1 { interrupt.raise() }
    }
  }

  private func raise() {
    let isFirst = !raised.exchange(true, ordering: .relaxed)
    if isFirst, isHeeded.load(ordering: .relaxed) { return }
    AtomicFile.removeUnfinished()
    _exit(Diagnostic.Kind.interrupted.rawValue)
  }
}
